/** A device for the tests, or the reason why there is none. */
import { GpuSession } from "../../../plugins/tensor-gpu/dist/session.js";

export interface TestDevice {
  readonly session: GpuSession | undefined;
  readonly missing: string;
}

export async function openSession(): Promise<TestDevice> {
  const session = new GpuSession({});
  try {
    await session.open();
    return { session, missing: "" };
  } catch (error) {
    return { session: undefined, missing: `no WebGPU adapter: ${(error as Error).message}` };
  }
}
