import { z } from "zod";
import { email, settings, textMatching } from "./values";

/** PutAlternateContact, in the API reference of AWS Account Management. */
const contactText = (longest: number, what: string) =>
  textMatching(new RegExp(`^\\S(.{0,${longest - 2}}\\S)?$`), `${what} of 1 to ${longest} characters`);

const contact = settings(
  {
    name: contactText(64, "a name").meta({
      description: "The name of a person or team, 1 to 64 characters.",
      examples: ["Security team"],
    }),
    title: contactText(50, "a title").meta({
      description: "The title of the contact, 1 to 50 characters.",
      examples: ["Security on call"],
    }),
    email: email().meta({ description: "The e-mail address of the contact.", examples: ["security@example.com"] }),
    phone: textMatching(/^(?=.{1,25}$)\+?[\d()-][\d ()-]*$/, "a telephone number such as +1 555 0100").meta({
      description: "The telephone number of the contact: up to 25 digits, spaces and characters of +()-.",
      examples: ["+1 555 0100"],
    }),
  },
  "a contact: { name, title, email, phone }",
);

const KINDS = ["security", "billing", "operations"] as const;

export type ContactKind = (typeof KINDS)[number];

/** The alternate contacts of an account, one of each kind. */
export const contacts = z
  .partialRecord(z.enum(KINDS, { error: `one of ${KINDS.join(", ")}` }), contact, {
    error: "contacts: { security, billing, operations }",
  })
  .optional();
