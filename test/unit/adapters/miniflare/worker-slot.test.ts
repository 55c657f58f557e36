import { describe, expect, it } from 'vitest'
import { WorkerSlot } from '../../../../adapters/miniflare/worker-slot.ts'

/** Whether a promise is settled by now, everything that is ready having run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  const turn = new Promise((resolve) => setImmediate(() => resolve(pending)))
  return (await Promise.race([promise, turn])) !== pending
}

describe('the place of the Worker', () => {
  it('lets requests wait until there is one', async () => {
    const slot = new WorkerSlot()
    const lease = slot.take()
    slot.release()
    expect(await settled(lease)).toBe(false)
    slot.replace({ port: 1 })
    expect(await settled(lease)).toBe(false)
    slot.release()
    expect((await lease).worker.port).toBe(1)
  })

  it('gives waiting requests to the Worker that they waited for, others at once', async () => {
    const slot = new WorkerSlot()
    slot.replace({ port: 1 })
    slot.release()
    expect((await slot.take()).worker.port).toBe(1)
    slot.hold()
    slot.hold()
    const waiting = [slot.take(), slot.take()]
    slot.replace({ port: 2 })
    slot.release()
    expect((await Promise.all(waiting)).map(({ worker }) => worker.port)).toEqual([2, 2])
  })

  it('keeps requests waiting when one hold follows another', async () => {
    const slot = new WorkerSlot()
    slot.replace({ port: 1 })
    const lease = slot.take()
    slot.release()
    slot.hold()
    expect(await settled(lease)).toBe(false)
    slot.release()
    expect((await lease).worker.port).toBe(1)
  })

  it('says when the last request of a replaced Worker is over, and not before', async () => {
    const slot = new WorkerSlot()
    expect(slot.replace({ port: 1 })).toBeUndefined()
    slot.release()
    const [one, two] = [await slot.take(), await slot.take()]
    one.end()
    const before = slot.replace({ port: 2 })
    expect(before?.worker.port).toBe(1)
    const idle = before?.idle ?? Promise.reject(new Error('nothing was replaced'))
    const next = await slot.take()
    next.end()
    expect(await settled(idle)).toBe(false)
    two.end()
    expect(await settled(idle)).toBe(true)
  })

  it('has a replaced Worker without requests idle at once', async () => {
    const slot = new WorkerSlot()
    slot.replace({ port: 1 })
    slot.release()
    const lease = await slot.take()
    lease.end()
    expect(await settled(slot.replace({ port: 2 })?.idle ?? Promise.race([]))).toBe(true)
  })
})
