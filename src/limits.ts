/**
 * Every bound and default of the library, in one place; what the Kubernetes client, the sidecar and the page bound is in
 * their own `limits.ts`. Durations are ms, sizes are bytes.
 *
 * @module
 */

/** What an option is when the user says nothing. */
export const DEFAULTS = {
  interval: 200,
  timeout: 1000,
  stallTimeout: 10_000,
  maxPacketSize: 1200,
  cluster: "democracy",
  broadcast: "democracy",
  /** Bound on the relative difference in clock rate between two machines over one lease. */
  drift: 0.01,
  /** How long a member stands aside whose work failed while it led: at first, and at most. */
  firstBackoff: 1000,
  longestBackoff: 60_000,
} as const;

/** What an option may be. */
export const BOUNDS = {
  minInterval: 10,
  maxTimeout: 3_600_000,
  /** A day. */
  maxStallTimeout: 86_400_000,
  /** A day. */
  maxPreemptAfter: 86_400_000,
  /** A day. */
  maxBackoff: 86_400_000,
  /** `timeout` must hold at least this many intervals, so that a lost datagram costs nothing. */
  minIntervalsPerTimeout: 3,
  /** The smallest datagram limit in which every protocol message fits, and a rumor of any member. */
  minPacketSize: 656,
  maxPacketSize: 65_507,
  maxNameBytes: 128,
  /** What an election is called on the wire. */
  maxElectionBytes: 64,
  maxChannels: 256,
  maxSecrets: 8,
  /** A secret of fewer bytes is taken, with a warning. */
  wiseSecretBytes: 16,
  maxConfiguredPeers: 1024,
  /** Every configured peer, and self. */
  maxClusterSize: 1025,
} as const;

/** What a remote may cost, and what else is bounded. */
export const LIMITS = {
  /** ms for which the end of a process is held up, so that its members can hand over. */
  exitPatience: 50,
  /** Members known beside the configured ones, the dead of late among them. */
  strangers: 1024,
  /** Processes that are told what to show before they are believed. */
  greetings: { atOnce: 1024, perSecond: 200 },
  /** Processes whose requests a voter remembers. */
  supports: 4096,
  /** Elections in which a voter remembers what it promised, and those in one request, or answer, or release. */
  elections: 10_000,
  electionsPerMessage: 64,
  /** Candidacies of one member in named elections that wait for votes at once. */
  candidacies: 200,
  /** Sets of voters whose leases are told apart. */
  leases: 64,
  /** Tokens that are minted at once. */
  mints: 8,
  /** Messages that answer one question for what a member stands in. */
  rollPages: 32,
  /** Voters that a member tells others at most; of more it says that they are many. */
  toldVoters: 9,
  /** Processes in no list that become members: each is an event for the application, and another when it goes. */
  entries: { atOnce: 1024, perSecond: 10 },
  /** Members that others asked to look after, and whose sign of life is waited for. */
  pendingProbes: 64,
  /** Unanswered pings remembered for each member. */
  outstandingPings: 16,
  /** Ids and addresses of members that held the lead for too short a time. */
  officeRecords: 64,
  /** ms by which a term, or an incarnation told by others, may be ahead of the own wall clock: a day. */
  clockLead: 86_400_000,
  /** A wall clock before this, 2025-01-01, was never set. */
  earliestClock: 1_735_689_600_000,
  /** The highest term believed. Terms follow the wall clock, which in ms comes to this in the year 144 683. */
  maxTerm: 2 ** 52,
  /** Bytes of custom messages that wait for members to tell what to show them. */
  waitingMessageBytes: 1_048_576,
  /** One custom message, encoded. */
  messageBytes: 65_536,
  /** Levels of nesting in a message's value. */
  messageDepth: 100,
  /** Values in a message's value, holes of arrays included, and shared ones counted wherever they stand. */
  messageNodes: 32_768,
  /** Characters of a message's texts, names, numbers and bytes, shared ones counted wherever they stand. */
  messageText: 1_048_576,
  /** Entries of all Maps and Sets in a message's value. */
  messageKeys: 1024,
  /** Digits of a BigInt in a message's value: reading and writing one takes time with their square. */
  messageDigits: 2048,
  /** Bytes of messages that wait for the application's thread. */
  backlogBytes: 4_194_304,
  /** Messages of one sender that wait for fragments. */
  reassembliesPerSender: 16,
  /** Bytes of one sender that wait for fragments. */
  reassemblyBytesPerSender: 262_144,
  /** Bytes of all senders together that wait for fragments. */
  reassemblyBytes: 16_777_216,
  /** ms that an incomplete message is kept. */
  reassemblyAge: 5_000,
  /** Numbers of complete messages that a sender's duplicates are told by. */
  completedMessages: 256,
  /** Keys derived for senders that are not known, at configured addresses and at others. */
  derivations: { atOnce: 256, perSecond: 100 },
  /** Notices to processes whose datagrams cannot be read. */
  notices: { atOnce: 8, perSecond: 1 },
  /** Warnings of what others do. */
  warnings: { atOnce: 16, perSecond: 0.1 },
  /** Troubles that are remembered because they were warned of. */
  outages: 256,
  /** Senders whose sequence numbers are remembered against replay. */
  replayWindows: 2048,
  /** How far behind the newest of its sender a datagram may come: ten seconds of a hundred datagrams each. */
  replaySpan: 1024,
  /** How often a member may have refuted since it was heard of last. */
  refutations: 1000,
  /** Addresses that a socket remembers the parsed form of. */
  cachedAddresses: 4096,
  /** Addresses that the wire remembers the bytes of. */
  encodedAddresses: 2048,
  /** Boots, and as many short texts, that the wire remembers the bytes of. */
  encodedTexts: 4096,
  /** Texts that were read from datagrams, and that are not made anew each time. */
  internedTexts: 4096,
  /** Views of received datagrams that are kept: those that end before this many bytes, and how many. */
  cachedViews: { end: 2048, count: 512 },
  /** ms that a name server has for its first answer, how often it is asked, and ms that a look-up may take altogether. */
  lookUps: { timeout: 2000, tries: 2, altogether: 5000 },
} as const;
