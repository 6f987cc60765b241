import { assert, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { Democracy } from "../mod.ts";
import type { MintRequest } from "../src/leadership/fencing.ts";
import type { Effect } from "../src/core/effect.ts";
import { MintGate } from "../src/worker/mint_gate.ts";

const options = { source: "127.0.0.1:0", peers: [], id: "a", interval: 20, timeout: 100, broadcast: false } as const;

function until(happened: () => boolean): Promise<void> {
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const poll = setInterval(() => {
      const late = Date.now() - started > 20_000;
      if (!happened() && !late) return;
      clearInterval(poll);
      if (late) reject(new Error("it did not happen within 20 s"));
      else resolve();
    }, 5);
  });
}

for (const isolation of ["worker", "none"] as const) {
  Deno.test(`with isolation "${isolation}" nobody leads before the token is minted`, async () => {
    const asked: MintRequest[] = [];
    let mint: (token: number) => void = () => {};
    const fencing = {
      mint: (request: MintRequest) => {
        asked.push(request);
        return new Promise<number>((resolve) => mint = resolve);
      },
    };
    await using democracy = new Democracy({ ...options, isolation, fencing });
    const told: number[] = [];
    democracy.on("elected", ({ token }) => told.push(token));
    await until(() => asked.length === 1);
    // The core renews the lease it holds all the time; that must not be taken for a leadership.
    await new Promise((resolve) => setTimeout(resolve, 5 * options.timeout));
    assertEquals([democracy.isLeader(), democracy.token, democracy.leader(), told], [false, null, null, []]);
    const term = asked[0]?.term ?? 0;
    mint(term);
    await until(() => told.length === 1);
    assertEquals([told, democracy.token, asked.length], [[term], term, 1], "one token, asked for once");
  });
}

Deno.test("a leader whose token was taken stands again above it, and asks once more", async () => {
  const terms: number[] = [];
  const fencing = {
    mint: ({ term }: MintRequest) => Promise.resolve(terms.push(term) === 1 ? term + 1_000_000 : term),
  };
  await using democracy = new Democracy({ ...options, fencing });
  const token = await democracy.lead(({ token }) => token);
  assertEquals(token, (terms[0] ?? 0) + 1_000_001);
  assertEquals(terms.length, 2);
});

Deno.test("where no token can be had the leader makes way, and tries again", async () => {
  let tries = 0;
  const fencing = {
    mint({ term }: MintRequest): Promise<number> {
      if (++tries === 1) throw new Error("out of order");
      if (tries === 2) return Promise.resolve(Number.NaN);
      return Promise.resolve(term);
    },
  };
  const warnings: string[] = [];
  const logger = {
    debug: () => {},
    info: () => {},
    warn: (message: string) => void warnings.push(message),
    error: () => {},
  };
  await using democracy = new Democracy({ ...options, fencing, logger });
  await democracy.lead(({ token }) => assertGreater(token, 0));
  assertEquals(tries, 3);
  assertEquals(warnings.length, 2);
});

Deno.test("a token that arrives after the member was closed is of no use", async () => {
  let asked: MintRequest | undefined;
  const fencing = {
    mint(request: MintRequest): Promise<number> {
      asked = request;
      return new Promise((resolve) => request.signal.addEventListener("abort", () => resolve(request.term)));
    },
  };
  const democracy = new Democracy({ ...options, fencing });
  let elected = 0;
  democracy.on("elected", () => elected++);
  await until(() => asked !== undefined);
  await democracy.close();
  assert(asked?.signal.aborted);
  assertEquals([elected, democracy.isLeader()], [0, false]);
});

Deno.test("fencing must be able to mint", () => {
  const wrong: unknown = {};
  assertThrows(
    () => new Democracy({ ...options, fencing: wrong as { mint(): Promise<number> } }),
    TypeError,
    'Cannot join: "fencing" must be an object with a method mint',
  );
});

Deno.test("the gate tells nobody of a leadership that was over before it had its token", () => {
  const asked: (number | null)[] = [];
  const gate = new MintGate("a", (term) => asked.push(term));
  const leads = { kind: "view", leading: true, term: 7, deadline: 1, wallDeadline: 1 } as const;
  const idle = { kind: "view", leading: false, term: 7, deadline: 0, wallDeadline: 0 } as const;
  const effects: Effect[] = [
    leads,
    { kind: "elected", id: "a", token: 7 },
    { kind: "leader", leader: { id: "a", source: "10.0.0.1:1", token: 7 } },
    idle,
    { kind: "resigned", id: "a", token: 7, reason: "lease-expired" },
    { kind: "leader", leader: undefined },
  ];
  const passed = effects.flatMap((effect) => gate.pass(effect));
  assertEquals(passed, [{ ...leads, leading: false }, idle]);
  assertEquals(asked, [7, null]);
  assertEquals(gate.minted(7, 7), [], "too late");
});

Deno.test("a token far ahead of the term is told in its place, and the term stays what it is", () => {
  const gate = new MintGate("a", () => {});
  const leads = { kind: "view", leading: true, term: 7, deadline: 1, wallDeadline: 1 } as const;
  const own = { id: "a", source: "10.0.0.1:1", token: 7 };
  for (const effect of [leads, { kind: "elected", id: "a", token: 7 }, { kind: "leader", leader: own }] as const) {
    gate.pass(effect);
  }
  assertEquals(gate.minted(7, 9000), [
    { ...leads, term: 9000 },
    { kind: "elected", id: "a", token: 9000 },
    { kind: "leader", leader: { ...own, token: 9000 } },
  ]);
  assertEquals(gate.pass({ ...leads, deadline: 2 }), [{ ...leads, term: 9000, deadline: 2 }], "a renewal");
  assertEquals(gate.named(own).token, 9000);
  assertEquals(gate.named({ ...own, id: "b" }).token, 7, "another's term is its token");
  const resigned = { kind: "resigned", id: "a", token: 7, reason: "requested" } as const;
  assertEquals(gate.pass(resigned), [{ ...resigned, token: 9000 }]);
});

Deno.test("a token years ahead fences, and does not carry the terms of the cluster away", async () => {
  const tokens: number[] = [];
  let next = Date.now() + 40 * 365 * 86_400_000;
  const democracy = new Democracy({ ...options, fencing: { mint: () => Promise.resolve(next++) } });
  democracy.on("elected", ({ token }) => tokens.push(token));
  await democracy.ready;
  await until(() => tokens.length > 0 && democracy.leader() !== null);
  assertEquals([democracy.token, democracy.leader()?.token], [tokens[0], tokens[0]]);
  await democracy.close();
  assertEquals(tokens, [next - 1], "it was minted once");
});
