import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  base: '/admin/',
  plugins: [
    vue(),
    // Element Plus by tag name, only what is used. Its types come from `element-plus/global`, so nothing is
    // generated; its styles are one sheet loaded before ours, so that our tokens always win.
    components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: false })] }),
  ],
  // Pages load lazily; what only they use is prepared at the start too, else the first visit reloads the window.
  optimizeDeps: {
    include: [
      'element-plus',
      'element-plus/es',
      '@element-plus/icons-vue',
      'qrcode',
      'vue-echarts',
      'echarts/core',
      'echarts/charts',
      'echarts/components',
      'echarts/renderers',
    ],
  },
  server: { proxy: { '/api': process.env.API_ORIGIN ?? 'http://127.0.0.1:3000' } },
  build: {
    outDir: '../dist/admin',
    emptyOutDir: true,
    // School computers run browsers built on an older Chromium; tablets stop at iPadOS 16.
    target: ['chrome103', 'safari16'],
    chunkSizeWarningLimit: 700,
  },
})
