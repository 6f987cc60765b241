import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../src/limits.ts";
import { Backlog } from "../../src/worker/backlog.ts";

const message = (bytes: number) => ({ name: "ciao", channel: false, body: new Uint8Array(bytes) });

Deno.test("what waits for the application's thread is bounded in bytes, small messages too", () => {
  for (const size of [0, 100, LIMITS.messageBytes]) {
    const loop = new Backlog();
    const application = new Backlog(loop.buffer);
    let waiting = 0;
    while (loop.admits(message(size))) waiting++;
    assert(waiting * (size + 100) <= LIMITS.backlogBytes, `${waiting} messages of ${size} bytes wait`);
    assert(waiting >= 60, `only ${waiting} messages of ${size} bytes may wait`);
    assert(application.bytes <= LIMITS.backlogBytes);
    application.taken(message(size));
    assert(loop.admits(message(size)), "what was taken makes room");
    assert(!loop.admits(message(size)), "for as much as it was");
    for (let taken = 0; taken < waiting; taken++) application.taken(message(size));
    assertEquals(loop.bytes, 0);
  }
});
