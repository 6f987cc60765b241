/**
 * The variable that asks for scenes on real kubelets: `short`, `all`, or a part of a scene's name.
 *
 * @module
 */

export const CLUSTER_SCENES = "DEMOCRACY_CLUSTER_SCENES";
