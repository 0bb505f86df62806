import { adopt, NOTHING, refuse, type Found, type Question } from "./adoption";
import { idIn } from "./local-state";
import { isMarked, tagText } from "./ours";
import { literal } from "./stack-resources";

/**
 * The bucket that is going to hold the state, where it is in our account already: one that this stack made is taken up;
 * so is one without tags in which there is nothing, since Terraform tags a bucket a moment after it made it. But never
 * one in which a state was lost.
 */
export async function adoptStateBucket({ stack, resources, account, bucketIsThere, local }: Question): Promise<Found> {
  const { bucket, key } = stack.state;
  const address = resources.of("aws_s3_bucket").find((each) => literal(each, "bucket") === bucket)?.address ?? "";
  if (!bucketIsThere) return NOTHING;
  if ((await account.objectKeys(bucket, key)).includes(key)) {
    return refuse(
      `the state ${key} was in the bucket ${bucket}, and is not there now. Run it again in a minute, since S3 may only not show it yet; ` +
        `else npm run state -- history ${stack.id} lists its versions, and npm run state -- restore ${stack.id} brings one back`,
    );
  }
  if (idIn(local, address) !== undefined) return NOTHING;

  const tags = await account.bucketTags(bucket);
  const keys = await account.objectKeys(bucket);
  const settings = await account.bucketSettings(bucket);
  const isUntagged = Object.keys(tags).length === 0;
  if (!isUntagged && !isMarked(tags, resources.marks)) {
    return refuse(
      `the bucket ${bucket} is in the account, but this stack did not make it: its tags are ${tagText(tags)}, ` +
        `expected ${tagText(resources.marks)}. Delete it where nobody needs it, or choose another \`solution\``,
    );
  }
  if (keys.length > 0) {
    return refuse(
      isUntagged
        ? `the bucket ${bucket} is in the account without tags, and not empty (${keys.join(", ")}): expected an empty one, or one tagged ` +
            `${tagText(resources.marks)}. Delete it where nobody needs it, or choose another \`solution\``
        : `the bucket ${bucket} holds states (${keys.join(", ")}), but ${key} never lay there: expected the state of the stack that made ` +
            "it. Where the account had another name in the estate, give it that one back; where a local state is left, put it back",
    );
  }
  // Nobody but a person sets these: a replication copies the states, a lifecycle deletes them, and no stack of ours
  // sets either.
  const foreign = settings.filter((setting) => isUntagged || setting !== "policy");
  if (foreign.length > 0)
    return refuse(
      `the bucket ${bucket} has a ${foreign.join(" and a ")} that this stack did not set: remove it, or delete the bucket`,
    );
  return adopt({ to: address, id: bucket, what: `the bucket ${bucket}` });
}
