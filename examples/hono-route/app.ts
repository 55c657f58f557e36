/**
 * Postern as a route of a Hono application: what the application has no handler for goes on to other
 * services, by the rules it is given.
 */
import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'
import { createGateway, type Bundle } from 'postern'

/** The application over `bundle`; it runs wherever `getConnInfo` knows the client. */
export function createApp(bundle: Bundle): Hono {
  const gateway = createGateway({ bundle, fault: console.error })
  const app = new Hono()

  app.get('/health', (c) => c.text('ok'))

  // Middleware holds for what is forwarded as well.
  app.use('/admin/*', async (c, next) => {
    if (c.req.header('x-team') !== 'ops') return c.text('operators only', 403)
    return await next()
  })

  // Last, since the first route that matches answers.
  app.all('*', (c) => {
    const { address, port = 0 } = getConnInfo(c).remote
    return gateway(c.req.raw, { address, port })
  })
  return app
}
