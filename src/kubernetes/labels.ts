/**
 * Names of labels and annotations. Their prefix is the project's own: it is made of the package's name, below a top-level domain that
 * does not exist, so that nobody else has it.
 *
 * @module
 */

const PREFIX = "democracy.polis";

/** Annotation of a Lease: the token that was minted last. */
export const TOKEN: string = `${PREFIX}/token`;
/** Annotation of a Lease: the term that it was minted for. */
export const TERM: string = `${PREFIX}/term`;
/** Annotation of the Lease of a named election: its name. */
export const ELECTION: string = `${PREFIX}/election`;
/**
 * Label of the members' Service, which Kubernetes copies into its EndpointSlices: how many replicas there are to be. So members learn
 * of another number while they run, all at the same time.
 */
export const CLUSTER_SIZE: string = `${PREFIX}/cluster-size`;
