import { assertEquals } from "@std/assert";
import { closingLine, sum, tallyOfJUnit, tallyOfTap, withExit } from "../../scripts/tally.ts";

Deno.test("tally: a JUnit report is counted, ignored tests neither way", () => {
  const report = `<testsuites name="deno test" tests="5" failures="1" errors="1" time="0.1">
    <testcase name="a"></testcase><testcase name="b"><skipped/></testcase></testsuites>`;
  assertEquals(tallyOfJUnit(report), { passed: 2, failed: 2 });
  assertEquals(tallyOfJUnit(""), { passed: 0, failed: 0 });
});

Deno.test("tally: a TAP report is counted, cancelled tests as failed", () => {
  assertEquals(tallyOfTap("1..2\n# tests 9\n# pass 5\n# fail 1\n# cancelled 2\n# skipped 1\n"), {
    passed: 5,
    failed: 3,
  });
});

Deno.test("tally: a run that ended badly has failed, whatever its report says", () => {
  assertEquals(withExit({ passed: 3, failed: 0 }, false), { passed: 3, failed: 1 });
  assertEquals(withExit({ passed: 3, failed: 2 }, false), { passed: 3, failed: 2 });
  assertEquals(withExit({ passed: 3, failed: 0 }, true), { passed: 3, failed: 0 });
});

Deno.test("tally: sums and the closing line", () => {
  const total = sum([{ passed: 1, failed: 2 }, { passed: 3, failed: 4 }]);
  assertEquals(closingLine(total), "4 passed, 6 failed");
});
