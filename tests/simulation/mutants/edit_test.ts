import { assertEquals, assertThrows } from "@std/assert";
import { edit } from "./edit.ts";

const TEXT = `
export function ready(self: Self): boolean {
  if (self.closed) return false;
  return self.alive && self.voter;
}
class Pool {
  next(): void {
    this.used++;
    this.kept += 1;
  }
}
`;

Deno.test("a function is replaced, and what takes its place can call it", async () => {
  const text = edit(TEXT, { of: "ready", instead: "(real, self) => !real(self)" })!;
  const changed = await import(`data:application/typescript,${encodeURIComponent(text)}`);
  assertEquals(changed.ready({ closed: true }), true);
});

Deno.test("a function does without an operand, an if, or a statement of a method", () => {
  const has = (without: string[], of = "ready") => edit(TEXT, { of, without });
  assertEquals(has(["voter"])?.includes("self.alive && true;"), true);
  assertEquals(has(["closed"])?.includes("closed"), false);
  assertEquals(has(["used"], "Pool.next")?.includes("used"), false);
});

Deno.test("a name is swapped for another in one function only", () => {
  assertEquals(edit(TEXT, { of: "ready", swap: ["alive", "dead"] })?.includes("self.dead && self.voter"), true);
});

Deno.test("what cannot be planted says so: no such function, no such part, more than one", () => {
  assertEquals(edit(TEXT, { of: "unready", instead: "() => true" }), undefined);
  assertThrows(() => edit(TEXT, { of: "ready", without: ["nobody"] }), Error, "0 parts");
  assertThrows(() => edit(TEXT, { of: "Pool.next", without: ["used", "kept"] }), Error, "0 parts");
  assertThrows(() => edit(TEXT, { of: "ready", swap: ["nobody", "somebody"] }), Error, "does not mention nobody");
});
