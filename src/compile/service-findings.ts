/** What is said about Kubernetes services and `--service`; no decision is made here. */
import type { Finding, Origin } from '../errors.ts'
import type { EndpointSlice, Service, ServicePort } from '../model/manifest.ts'
import { createFinding, type FindingText } from './finding.ts'
import type { ServiceOverride, ServiceTarget } from './services.ts'

/** The place of what was said on the command line. */
const FLAG: Origin = { object: '--service', file: '', line: 0, column: 0 }

/** A Service that is defined a second time. */
export function duplicateService(service: Service): Finding {
  const name = `${service.namespace}/${service.name}`
  return createFinding(service.origin, {
    severity: 'warning',
    code: 'duplicate-service',
    message: `Service "${name}" is defined more than once; the first definition is used`,
    value: name,
    remedy: 'remove one of the definitions',
  })
}

/** An override that no reference asked for. */
export function unusedOverride({ namespace, name, port }: ServiceOverride): Finding {
  const text = `${namespace}/${name}${port === undefined ? '' : `:${port}`}`
  return createFinding(FLAG, {
    severity: 'warning',
    code: 'unused-service-override',
    message: `--service "${text}" is asked for by no rule`,
    value: text,
    remedy: 'check namespace, name and port against the rules',
  })
}

/** An override whose URL cannot be used; `what` names the kind of a forbidden address. */
export function invalidOverride(
  { namespace, name, url }: ServiceOverride,
  what: string | undefined,
): Finding {
  const why = what === undefined ? 'is no http or https origin' : `names a ${what} address`
  return createFinding(FLAG, {
    severity: 'error',
    code: what === undefined ? 'invalid-url' : 'forbidden-endpoint',
    message: `--service "${namespace}/${name}": "${url}" ${why}`,
    value: url,
    remedy: 'give scheme, host and port alone, such as http://127.0.0.1:9001',
  })
}

/** A Service whose requests will be answered with 503. */
export function noEndpoint(service: Service, hasSlices: boolean): Finding {
  const why = hasSlices ? 'its slices name no ready endpoint' : 'it has neither address nor slices'
  return createFinding(service.origin, {
    severity: 'warning',
    code: 'no-endpoint',
    message: `Service "${service.namespace}/${service.name}" answers 503: ${why}`,
    value: `${service.namespace}/${service.name}`,
    remedy: 'add an EndpointSlice with a ready endpoint, or name one with --service',
  })
}

/** A slice of names instead of addresses. */
export function nameSlice({ origin, namespace, service }: EndpointSlice): Finding {
  return createFinding(origin, {
    severity: 'warning',
    code: 'unsupported-endpoint-slice',
    message: `EndpointSlice of "${namespace}/${service}" has address type "FQDN" and is left out`,
    value: 'FQDN',
    // A name could lead anywhere, loopback included, where only addresses of pods belong.
    remedy: 'use addresses, or name the endpoint with --service',
  })
}

/** A reference to a Service that is not among those of the rules. */
export function serviceNotFound(key: string): FindingText {
  return {
    severity: 'error',
    code: 'service-not-found',
    message: `service "${key}" is not among the rules, where other services are`,
    value: key,
    remedy: `add the Service with its EndpointSlices, or name it with --service ${key}=URL`,
  }
}

/** A named port whose Service is not among the rules. */
export function portWithoutService({ namespace, name, port }: ServiceTarget): FindingText {
  return {
    severity: 'error',
    code: 'named-port-without-service',
    message: `port "${port}" of service "${namespace}/${name}" is a name, which only its Service tells`,
    value: String(port),
    remedy: 'give the port as a number, or add the Service to the rules',
  }
}

/** A reference to a Service that stands for a name elsewhere. */
export function externalName({ namespace, name }: Service): FindingText {
  return {
    severity: 'error',
    code: 'external-name-service',
    message: `service "${namespace}/${name}" is of type ExternalName, which is refused: whoever may write a Service could send requests to any host (CVE-2021-25740)`,
    value: `${namespace}/${name}`,
    remedy: `let the operator name the host with --service ${namespace}/${name}=URL`,
  }
}

/** A reference to a port that the Service does not have. */
export function portNotFound({ port }: ServiceTarget, service: Service): FindingText {
  const known = service.ports.map((one) =>
    one.name === undefined ? `${one.port}` : `${one.port} (${one.name})`,
  )
  return {
    severity: 'error',
    code: 'service-port-not-found',
    message: `service "${service.namespace}/${service.name}" has no port "${port}"`,
    value: String(port),
    remedy: known.length === 0 ? 'add the port to the Service' : `use one of ${known.join(', ')}`,
  }
}

/** A reference to a port that is not TCP. */
export function portNotTcp(
  { namespace, name, port }: ServiceTarget,
  found: ServicePort,
): FindingText {
  return {
    severity: 'error',
    code: 'service-port-protocol',
    message: `port "${port}" of service "${namespace}/${name}" is ${found.protocol}; HTTP needs TCP`,
    value: found.protocol,
    remedy: 'refer to a TCP port of the service',
  }
}
