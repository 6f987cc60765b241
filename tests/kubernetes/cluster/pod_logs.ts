/**
 * What pods have written, read from kubelet's folders of logs. A log that kubelet has removed is read to its end all the same.
 *
 * @module
 */

const PACE = 100;

/** An event that a pod tells, see `sample.mjs`. */
export interface PodEvent {
  /** ms, by the clock that all pods have. */
  readonly at: number;
  readonly pod: string;
  readonly event?: "start" | "ready" | "elected" | "resigned" | "leader" | "added" | "removed" | "SIGTERM" | "exit";
  readonly leads?: boolean;
  readonly token?: number;
  readonly reason?: string;
  readonly leader?: string;
}

interface Log {
  readonly file: Deno.FsFile;
  readonly namespace: string;
  rest: string;
}

/** Follows the logs of all pods in these folders, as long as its process lives. */
export class PodLogs {
  readonly #folders: readonly string[];
  readonly #logs = new Map<string, Log>();
  readonly #events = new Map<string, PodEvent[]>();
  readonly #plain = new Map<string, string[]>();
  readonly #buffer = new Uint8Array(1 << 16);

  /** Begins. */
  constructor(folders: readonly string[]) {
    this.#folders = folders;
    setInterval(() => this.read(), PACE);
  }

  /** Of the pods in a namespace, in order of time. */
  of(namespace: string): PodEvent[] {
    this.read();
    return (this.#events.get(namespace) ?? []).sort((one, other) => one.at - other.at);
  }

  /** The last lines of pods in a namespace that are not events. */
  plain(namespace: string): readonly string[] {
    return (this.#plain.get(namespace) ?? []).slice(-20);
  }

  /** Reads what is new. */
  read(): void {
    for (const folder of this.#folders) {
      for (const pod of entries(folder)) {
        const [namespace = ""] = pod.split("_");
        for (const container of entries(`${folder}/${pod}`)) {
          for (const name of entries(`${folder}/${pod}/${container}`)) {
            this.#open(`${folder}/${pod}/${container}/${name}`, namespace);
          }
        }
      }
    }
    for (const log of this.#logs.values()) this.#readOn(log);
  }

  #open(path: string, namespace: string): void {
    if (this.#logs.has(path)) return;
    try {
      this.#logs.set(path, { file: Deno.openSync(path), namespace, rest: "" });
    } catch {
      // It went a moment ago.
    }
  }

  #readOn(log: Log): void {
    const decoder = new TextDecoder();
    for (let read = log.file.readSync(this.#buffer); read; read = log.file.readSync(this.#buffer)) {
      log.rest += decoder.decode(this.#buffer.subarray(0, read));
    }
    const lines = log.rest.split("\n");
    log.rest = lines.pop() ?? "";
    for (const line of lines) this.#take(log.namespace, line);
  }

  /** A line is its time, its stream, a tag, and the text. */
  #take(namespace: string, line: string): void {
    const text = /^\S+ \S+ \S+ (.*)$/s.exec(line)?.[1] ?? "";
    if (text.startsWith('{"at":')) kept(this.#events, namespace).push(JSON.parse(text));
    else kept(this.#plain, namespace).push(text);
  }
}

function kept<Value>(lists: Map<string, Value[]>, name: string): Value[] {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}

function entries(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch {
    return [];
  }
}
