import { everyPage } from "../../../../tools/terraform/aws/every-page";

test("asks for pages until none follows, also after an empty one", async () => {
  const pages: Readonly<Record<string, readonly [string[] | undefined, (string | null)?]>> = {
    first: [["a"], "second"],
    second: [undefined, "third"],
    third: [["b"], null],
  };
  const asked: (string | undefined)[] = [];
  const all = await everyPage((marker) => {
    asked.push(marker);
    return Promise.resolve(pages[marker ?? "first"] ?? [[]]);
  });
  expect(all).toEqual(["a", "b"]);
  expect(asked).toEqual([undefined, "second", "third"]);
});

test("an empty marker ends the list", async () => {
  expect(await everyPage(() => Promise.resolve([["a"], ""]))).toEqual(["a"]);
});
