import { estateOf, problemsWith } from "../estate-fixture";

const APPLICATION = "environments.dev.application";
const SETTINGS = `${APPLICATION}.bucketSettings`;
const of = (settings: object) => ({ [APPLICATION]: { buckets: ["results"], bucketSettings: settings } });

test("settings are those of buckets that the environment has", () => {
  expect(problemsWith(of({ studydata: { oldVersionDays: 30 }, results: { expirationDays: 365 } }))).toEqual([]);
  expect(problemsWith(of({ other: {} }))).toEqual([
    `${SETTINGS} must be the name of a bucket (studydata, results), got "other"`,
  ]);
});

test("days are those that S3 accepts", () => {
  const archive = { days: 29, storageClass: "STANDARD_IA" };
  expect(problemsWith(of({ results: { archive, expirationDays: 29 } }))).toEqual([
    `${SETTINGS}.results.archive.days must be at least 30 for STANDARD_IA, got 29`,
    `${SETTINGS}.results.expirationDays must be more than the 29 days of archive, or S3 refuses the rules, got 29`,
  ]);
  expect(problemsWith(of({ results: { archive: { ...archive, storageClass: "GLACIER_IR" } } }))).toEqual([]);
});

test("only the named bucket has them, and others what the application says", () => {
  const lifecycles = (application: object) =>
    estateOf({ [APPLICATION]: application }).environments[0]?.application.buckets.map(({ lifecycle }) => lifecycle);
  const bucketSettings = { results: { expirationDays: 365 } };
  expect(lifecycles({ buckets: ["results"], oldVersionDays: 90, bucketSettings })).toEqual([
    { oldVersionDays: 90 },
    { oldVersionDays: 90, objectDays: 365 },
  ]);
  expect(lifecycles({ buckets: ["results"], oldVersionDays: false, bucketSettings })).toEqual([
    undefined,
    { objectDays: 365 },
  ]);
});
