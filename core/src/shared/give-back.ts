/** Gives storage back; what a plugin throws there is a warning. */
export function giveBack(release: () => void, warn: (message: string) => void): void {
  try {
    release();
  } catch (error) {
    warn(
      `bitale: storage could not be given back: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** For `giveBack` where something has failed already: the reason must not be hidden by what comes after it. */
export const unsaid = (): void => {};
