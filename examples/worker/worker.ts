/**
 * A Worker of one's own with postern inside: it answers what it knows and leaves the rest to the
 * rules of `routes.json`, which wrangler's build command compiles.
 */
import { createWorker, type Environment } from 'postern/cloudflare'
import rules from './rules.generated.json'

const postern = createWorker({ rules })

export default {
  async fetch(request: Request, environment: Environment): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/robots.txt') return new Response('User-agent: *\nDisallow: /\n')
    return await postern.fetch(request, environment)
  },
}
