/** Decides which Ingresses are ours by their class. */
import { peekField, readText, tell, warn } from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'
import type { KubernetesObject } from '../kubernetes/metadata.ts'

/** Annotation of the time before `spec.ingressClassName`; it wins over the field. */
export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

const DEFAULT_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class'

/** What an Ingress without a class belongs to. */
export interface ClassRules {
  /** The class that is served. */
  readonly className: string
  /** Name of the IngressClass that takes what has none; `undefined` where none is marked. */
  readonly defaultClass: string | undefined
}

/** The rules that the IngressClasses among the objects make. Ours is preferred among defaults. */
export function readClassRules(
  classes: readonly KubernetesObject[],
  className: string,
): ClassRules {
  const defaults = classes
    .filter(({ annotations }) => readText(peekField(annotations, DEFAULT_ANNOTATION)) === 'true')
    .map(({ name }) => name)
  return { className, defaultClass: defaults.includes(className) ? className : defaults[0] }
}

/** Whether an Ingress is to be served; why not, or why all the same, is a finding. */
export function judgeClass(object: KubernetesObject, field: Field, rules: ClassRules): boolean {
  const annotation = peekField(object.annotations, CLASS_ANNOTATION)
  const byAnnotation = readText(annotation)
  const byField = readText(field)
  if (byAnnotation && byField && byAnnotation !== byField) {
    warn(annotation, {
      code: 'class-conflict',
      text: `differs from spec.ingressClassName ${JSON.stringify(byField)} and wins over it`,
      remedy: 'remove the annotation',
    })
  }
  // Empty text counts as no class, as it does to ingress controllers.
  const className = byAnnotation || byField
  if (className === undefined || className === '') return judgeWithoutClass(object, field, rules)
  if (className === rules.className) return true
  tell(byAnnotation ? annotation : field, {
    code: 'class-skipped',
    text: `is another class than ${JSON.stringify(rules.className)}, so this Ingress is not served`,
    remedy: `start with --class ${className} to serve it`,
  })
  return false
}

function judgeWithoutClass(object: KubernetesObject, field: Field, rules: ClassRules): boolean {
  const { className, defaultClass } = rules
  if (defaultClass === className) return true
  if (defaultClass === undefined) {
    tell(field, {
      code: 'class-missing',
      text: 'is missing; this Ingress is served all the same',
      remedy: `set it to ${className}`,
    })
    return true
  }
  tell(field, {
    code: 'class-skipped',
    text: `is missing and IngressClass ${defaultClass} is the default, so this Ingress is not served`,
    remedy: `set it to ${className} to serve ${object.namespace}/${object.name}`,
  })
  return false
}
