import { parseEmulatorUrl } from "../../../tools/emulator/environment";

test.each(["http://127.0.0.1:5000", "http://127.0.0.1:5000/"])("accepts %s", (text) => {
  expect(parseEmulatorUrl(text, "EMULATOR_URL")).toBe("http://127.0.0.1:5000");
});

test.each([
  "http://127.0.0.1:0",
  "http://127.0.0.1:65536",
  "http://user@127.0.0.1:5000",
  "http://127.0.0.1:5000.example.com",
  "127.0.0.1:5000",
])("refuses %s", (text) => {
  expect(() => parseEmulatorUrl(text, "EMULATOR_URL")).toThrow(
    `EMULATOR_URL must be http://127.0.0.1:<port>, got "${text}"`,
  );
});
