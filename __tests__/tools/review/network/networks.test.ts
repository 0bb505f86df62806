import { everyIpv4, everyIpv6, networkOf } from "../../../../tools/review/network/networks";

test.each([
  ["10.0.0.0/24", "ipv4", 0x0a000000n, 0x0a0000ffn],
  ["10.0.0.7/24", "ipv4", 0x0a000000n, 0x0a0000ffn],
  ["10.0.0.7", "ipv4", 0x0a000007n, 0x0a000007n],
  ["2001:db8::/126", "ipv6", 0x20010db8000000000000000000000000n, 0x20010db8000000000000000000000003n],
])("%s is of %s", (cidrBlock, space, first, last) => {
  expect(networkOf(cidrBlock)).toEqual({ space, addresses: { first, last } });
});

test("everybody is every address", () => {
  expect(networkOf("0.0.0.0/0")).toEqual(everyIpv4());
  expect(networkOf("::/0")).toEqual(everyIpv6());
});

test("what can't be read is equal to itself alone", () => {
  expect(networkOf("10.0.0.0/33")).toEqual(networkOf("10.0.0.0/33"));
  expect(networkOf("10.0.0.0/33").space).not.toBe(networkOf("10.0.0.0/34").space);
});
