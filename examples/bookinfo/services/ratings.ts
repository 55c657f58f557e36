/** The readers' stars: `/ratings/ID`. Not routed from outside; productpage asks it. */
import type { Server } from 'node:http'
import { json, startService } from './service.ts'

const RATINGS = { id: 1, ratings: { Reviewer1: 5, Reviewer2: 4 } }

export function startRatings(port: number): Promise<Server> {
  return startService('ratings', port, (path) =>
    path === '/ratings/1' ? json(RATINGS) : undefined,
  )
}
