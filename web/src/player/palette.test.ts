import { expect, test } from "vitest";
import { speedColour, speedColours } from "./palette";

const colours = speedColours(["#000000", "#808080", "#ffffff"]);

test("speeds go from the first colour to the last", () => {
  expect(colours[0]).toBe("rgb(0 0 0)");
  expect(colours.at(-1)).toBe("rgb(255 255 255)");
  expect(speedColour(colours, 0, 4)).toBe(colours[0]);
  expect(speedColour(colours, 4, 4)).toBe(colours.at(-1));
});

test("a speed beyond the scale keeps its end, also when nobody moved", () => {
  expect(speedColour(colours, 9, 4)).toBe(colours.at(-1));
  expect(speedColour(colours, -1, 4)).toBe(colours[0]);
  expect(speedColour(colours, 0, 0)).toBe(colours[0]);
});
