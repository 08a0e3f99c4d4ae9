import { describe, expect, it } from "vitest";
import { amount, count, day, grouped } from "./figures";

describe("amounts are written as their country writes them", () => {
  it.each([
    ["100000.00", "INR", "1,00,000.00"],
    ["12345678.9", "INR", "1,23,45,678.90"],
    ["999", "INR", "999.00"],
    ["1000", "INR", "1,000.00"],
    ["1234567.5", "BHD", "1,234,567.500"],
    ["0.005", "OMR", "0.005"],
    ["-1234.50", "AED", "−1,234.50"],
    ["99999999999999999.99", "SAR", "99,999,999,999,999,999.99"],
    ["0", "EUR", "0.00"],
    ["0012.00", "EUR", "12.00"],
    ["what", "EUR", "what"],
  ])("%s %s is %s", (written, currency, read) => {
    expect(amount(written, currency)).toBe(read);
  });
  it("groups whole numbers", () => {
    expect(grouped("10000000", "INR")).toBe("1,00,00,000");
    expect(count(1234567)).toBe("1,234,567");
  });
  it("keeps Latin digits in Arabic, and the day in every zone", () => {
    expect(day("2026-04-01", "ar")).toMatch(/1.*2026/);
    expect(day("2026-04-01", "en")).toBe("1 Apr 2026");
  });
});
