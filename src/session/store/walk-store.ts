import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import {
  changedState,
  clearState,
  forgetFolders,
  freshState,
  type KeptStage,
  loadState,
  type StateChange,
  type StoredState,
  saveState,
} from './store.ts'

/** The memory of a walk: everybody reads it here, and only these methods change it. */
export class WalkStore {
  #state: StoredState
  readonly #write: (state: StoredState) => Promise<void>
  #keptEarlier: ReadonlySet<string>

  /** `state` is as it was found when the walk began. */
  constructor(state: StoredState, write: (state: StoredState) => Promise<void>) {
    this.#state = state
    this.#write = write
    this.#keptEarlier = new Set(state.kept.map(({ at }) => at))
  }

  /** As last saved. */
  get state(): StoredState {
    return this.#state
  }

  /** Whether a stage was kept before this walk. */
  wasKeptEarlier({ at }: KeptStage): boolean {
    return this.#keptEarlier.has(at)
  }

  async save(change: StateChange): Promise<void> {
    this.#state = changedState(this.#state, change)
    await this.#write(this.#state)
  }

  /** Nothing is kept any more, and the exposure is `stock`; learned facts stay. */
  beginAnew(stock: number): void {
    const { unit, learned } = this.#state
    this.#state = { ...freshState(unit, stock), ...(learned && { learned }) }
    this.#keptEarlier = new Set()
  }

  /** For a walk in a clone: it begins with this state, and nothing of it is written. */
  inMemory(): WalkStore {
    return new WalkStore(this.#state, async () => undefined)
  }
}

/** The walk's state on disk; a walk that has kept nothing leaves none. */
export function storeOnDisk(host: Host, state: StoredState): WalkStore {
  return new WalkStore(state, async (next) => {
    if (next.kept.length === 0 && next.pending === undefined) await clearState(host, next.unit)
    else await saveState(host, next)
  })
}

/** A walk that kept nothing leaves no folder; one whose state can't be read is left as it is. */
export async function leaveNothingEmpty(host: Host, unit: string): Promise<void> {
  const stored = await loadState(host, unit).catch(orElse('unreadable'))
  if (stored === undefined) await forgetFolders(host, unit)
}
