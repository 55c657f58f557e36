/** The book's facts: `/details/ID`. */
import type { Server } from 'node:http'
import { json, startService } from './service.ts'

const DETAILS = {
  id: 1,
  title: 'The Comedy of Errors',
  author: 'William Shakespeare',
  year: 1595,
  pages: 200,
  language: 'English',
}

export function startDetails(port: number): Promise<Server> {
  return startService('details', port, (path) =>
    path === '/details/1' ? json(DETAILS) : undefined,
  )
}
