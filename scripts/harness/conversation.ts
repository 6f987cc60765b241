/**
 * Questions to a process by its stdin, a JSON value a line, and their answers.
 *
 * @module
 */

/** ms after which a process that does not answer is taken for broken. */
const ANSWER_TIME = 15_000;

/** The answer to a question, or why there is none. */
export type Reply =
  | { readonly reply: number; readonly answer: unknown }
  | { readonly reply: number; readonly error: string };

interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** The questions that one process was asked. */
export class Conversation {
  readonly #name: string;
  readonly #say: (line: string) => void;
  readonly #pending = new Map<number, Pending>();
  #seq = 0;

  /** `say` writes one line to the process. */
  constructor(name: string, say: (line: string) => void) {
    this.#name = name;
    this.#say = say;
  }

  /** Asks something. Rejects when the process fails at it, ends, or does not answer in time. */
  async ask(command: { readonly name: string }, patience = ANSWER_TIME): Promise<unknown> {
    const seq = ++this.#seq;
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(seq, { resolve, reject }));
    const timer = setTimeout(() => {
      const error = new Error(`${this.#name} did not answer "${command.name}" within ${patience} ms`);
      this.#pending.get(seq)?.reject(error);
    }, patience);
    try {
      this.#say(JSON.stringify({ seq, ...command }));
      return await answer;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(seq);
    }
  }

  /** Takes what the process has answered. */
  hear(line: Reply): void {
    const pending = this.#pending.get(line.reply);
    if ("error" in line) pending?.reject(new Error(`${this.#name}: ${line.error}`));
    else pending?.resolve(line.answer);
  }

  /** The process will answer nothing any more. */
  end(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
  }
}
