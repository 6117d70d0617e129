/** The figures of a profile as plain data. */

/** Figures that grow with the calls. */
export interface Measured {
  readonly calls: number;
  /** Milliseconds, all calls together. */
  readonly time: number;
  /** Bytes of dense tensors that were read and written, all calls together. */
  readonly bytes: number;
}

/** One line of a profile. `share` is the part of the time of all calls, 0 to 1. */
export interface ProfileLine extends Measured {
  readonly share: number;
}

/** A region: what one backend runs at one go. */
export interface RegionProfile extends ProfileLine {
  /** Its number, from 1, as `debugPrint` shows it. */
  readonly region: number;
  readonly backend: string;
  /** Nodes of the graph in it. */
  readonly nodes: number;
}

/** A kernel inside a region. */
export interface OpProfile extends ProfileLine {
  /** The ops that it computes, in order: more than one where the backend fuses them. */
  readonly ops: readonly string[];
  /** What kind of kernel it is, in the backend's words. */
  readonly kind: string;
  readonly region: number;
  readonly backend: string;
  /** Where the user's code made the last of the ops. */
  readonly made: string | undefined;
}

/** A value that is moved from one place to another. */
export interface TransferProfile extends ProfileLine {
  readonly value: string;
  readonly from: string;
  readonly to: string;
}

/** A step of `compile`, milliseconds. */
export interface PhaseProfile {
  readonly phase: string;
  readonly time: number;
}

/** All of a profile as plain data. */
export interface ProfileData {
  readonly name: string;
  readonly calls: number;
  /** Milliseconds of all calls, without what was spent on compiling for new shapes. */
  readonly time: number;
  readonly compile: readonly PhaseProfile[];
  readonly regions: readonly RegionProfile[];
  readonly transfers: readonly TransferProfile[];
  readonly ops: readonly OpProfile[];
  /** Milliseconds of the calls that are in no region and no transfer: arguments, storage, results. */
  readonly rest: number;
}
