import { assert, assertEquals, assertLess } from "@std/assert";
import { SharedView } from "../../src/leadership/shared_view.ts";

const TERM = 1_764_000_000_005;

function lease(ms: number, term = TERM): Parameters<SharedView["publish"]>[0] {
  return { leading: true, term, deadline: performance.now() + ms, wallDeadline: Date.now() + ms };
}

function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

Deno.test("a fresh view leads nobody", () => {
  const view = new SharedView();
  assertEquals(view.isLeader(), false);
  assertEquals(view.term(), undefined);
});

Deno.test("both sides of one buffer agree", () => {
  const view = new SharedView();
  const writer = new SharedView(view.buffer);
  writer.publish(lease(60_000));
  assertEquals(view.isLeader(), true);
  assertEquals(view.term(), TERM);
  writer.publish({ ...lease(60_000), leading: false });
  assertEquals(view.isLeader(), false);
});

Deno.test("each deadline alone ends the lease", () => {
  const view = new SharedView();
  view.publish({ ...lease(60_000), deadline: performance.now() - 1 });
  assertEquals(view.isLeader(), false);
  view.publish({ ...lease(60_000), wallDeadline: Date.now() - 1 });
  assertEquals(view.isLeader(), false);
});

Deno.test("a lease runs out while nobody writes, in a busy loop too", () => {
  const view = new SharedView();
  const { deadline, ...rest } = lease(60);
  view.publish({ ...rest, deadline, wallDeadline: Date.now() + 60_000 });
  let last = -Infinity;
  const end = performance.now() + 150;
  while (performance.now() < end) {
    const asked = performance.now();
    if (view.isLeader()) last = asked;
  }
  assertLess(last, deadline);
  assertEquals(view.isLeader(), false);
  view.publish(lease(40));
  busy(60);
  assertEquals(view.isLeader(), false, "after a pause the first call knows");
});

Deno.test("deadlines may be infinite, negative or in the far future", () => {
  const view = new SharedView();
  view.publish({ leading: true, term: Number.MAX_SAFE_INTEGER, deadline: Infinity, wallDeadline: Infinity });
  assertEquals(view.term(), Number.MAX_SAFE_INTEGER);
  view.publish({ leading: true, term: 1, deadline: -5.5, wallDeadline: Infinity });
  assertEquals(view.isLeader(), false);
  view.publish({ leading: true, term: 1, deadline: -Infinity, wallDeadline: Infinity });
  assertEquals(view.isLeader(), false);
});

Deno.test("a silenced view says no, whatever the loop writes", () => {
  const view = new SharedView();
  view.publish(lease(60_000));
  view.silence(true);
  assertEquals(view.isLeader(), false);
  view.publish(lease(60_000, TERM + 1));
  assertEquals(view.term(), undefined);
  view.silence(false);
  assertEquals(view.term(), TERM + 1);
});

Deno.test("a writer that is stopped halfway keeps nobody from reading what held before", () => {
  const view = new SharedView();
  view.publish(lease(60_000));
  const { term } = lease(60_000);
  const words = new Int32Array(view.buffer);
  const before = words.slice();
  new SharedView(view.buffer).publish({ ...lease(-1), leading: false });
  const [version] = before;
  // All of the second lease but the last word that names it.
  Atomics.store(words, 0, version!);
  assertEquals(view.isLeader(), true);
  assertEquals(view.term(), term);
  Atomics.store(words, 0, version! + 1);
  assertEquals(view.isLeader(), false);
  assertEquals(view.term(), undefined);
});

Deno.test("stamps keep microseconds", () => {
  const view = new SharedView();
  new SharedView(view.buffer).stamp(123_456_789.25);
  assertEquals(view.stamped(), 123_456_789.25);
});

Deno.test("a term is never seen with another term's deadline", async () => {
  // The writer alternates between a lease that holds with an even term and one that is over with an odd term.
  const view = new SharedView();
  const module = new URL("../../src/leadership/shared_view.ts", import.meta.url).href;
  const source = `
    import { SharedView } from ${JSON.stringify(module)};
    self.onmessage = ({ data }) => {
      const view = new SharedView(data);
      const end = performance.now() + 400;
      let written = 0;
      while (performance.now() < end) {
        const even = written++ % 2 === 0;
        view.publish({ leading: true, term: 2 ** 33 * (1 + written % 1000) + (even ? 0 : 1), deadline: even ? 1e12 : -1e12, wallDeadline: 1e15 });
      }
      self.postMessage(written);
    };
    self.postMessage(0);
  `;
  const url = URL.createObjectURL(new Blob([source], { type: "application/typescript" }));
  const worker = new Worker(url, { type: "module" });
  try {
    const next = (): Promise<number> => new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
    await next();
    const finished = next();
    worker.postMessage(view.buffer);
    let seen = 0;
    const end = performance.now() + 400;
    while (performance.now() < end) {
      const term = view.term();
      if (term === undefined) continue;
      seen++;
      assertEquals(term % 2, 0);
    }
    assert(seen > 100, `seen ${seen}`);
    assert(await finished > 100);
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
});
