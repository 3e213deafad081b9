import type { Step } from '../elements/animation.ts'

const TRANSFORMS = [
  'matrix',
  'matrix3d',
  'rotate',
  'rotate3d',
  'rotateX',
  'rotateY',
  'rotateZ',
  'scale',
  'scale3d',
  'scaleX',
  'scaleY',
  'scaleZ',
  'skew',
  'skewX',
  'skewY',
  'translate',
  'translate3d',
  'translateX',
  'translateY',
  'translateZ',
]
const STYLES = ['opacity', 'backgroundColor', 'width', 'height', 'top', 'right', 'bottom', 'left']

type Options = Partial<Omit<Step, 'transforms' | 'styles'>>

/** wx.createAnimation(): collects steps; `export()` hands them to an element's `animation`. */
export function createAnimation(options: Options = {}) {
  const base = { duration: 400, timingFunction: 'linear', delay: 0, transformOrigin: '50% 50% 0', ...options }
  let steps: Step[] = []
  let transforms: string[] = []
  let styles: Record<string, string> = {}

  const animation: Record<string, unknown> = {
    step(over: Options = {}) {
      steps.push({ ...base, ...over, transforms, styles })
      transforms = []
      styles = {}
      return animation
    },
    export() {
      const actions = steps
      steps = []
      return { actions }
    },
  }
  for (const name of TRANSFORMS) {
    animation[name] = (...values: (number | string)[]) => {
      transforms.push(`${name}(${values.map((value) => withUnit(name, value)).join(', ')})`)
      return animation
    }
  }
  for (const name of STYLES) {
    animation[name] = (value: number | string) => {
      styles[name] = typeof value === 'number' && name !== 'opacity' ? `${value}px` : String(value)
      return animation
    }
  }
  return animation
}

function withUnit(name: string, value: number | string) {
  if (typeof value === 'string') return value
  if (name.startsWith('translate')) return `${value}px`
  return /^(rotate|skew)/.test(name) ? `${value}deg` : String(value)
}
