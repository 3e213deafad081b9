import { WxElement } from './element.ts'

/** What a page gets as the node of `<canvas type="2d">`: a canvas with WeChat's few extras. */
export interface CanvasNode extends HTMLCanvasElement {
  createImage: () => HTMLImageElement
  createPath2D: (path?: Path2D | string) => Path2D
  requestAnimationFrame: (draw: FrameRequestCallback) => number
  cancelAnimationFrame: (id: number) => void
}

export class Canvas extends WxElement {
  #canvas!: CanvasNode

  protected override build() {
    const canvas = document.createElement('canvas')
    canvas.style.cssText = 'width:100%;height:100%;display:block'
    this.#canvas = Object.assign(canvas, {
      createImage: () => new window.Image(),
      createPath2D: (path?: Path2D | string) => new Path2D(path),
      requestAnimationFrame: (draw: FrameRequestCallback) => requestAnimationFrame(draw),
      cancelAnimationFrame: (id: number) => cancelAnimationFrame(id),
    })
    this.append(canvas)
  }

  protected override changed(name: string) {
    if (name === 'disableScroll') this.style.touchAction = this.flag('disableScroll') ? 'none' : ''
    if (name === 'type' && this.text('type') !== '2d')
      throw new Error('Only canvas type="2d" is in the preview')
  }

  override node() {
    return this.#canvas
  }
}
