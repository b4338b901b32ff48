import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const NODE = process.env.GRIDPATROL_NODE ?? 'http://127.0.0.1:8600';

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/api': NODE, '/readyz': NODE } },
  build: {
    target: 'es2022',
    // Pictures inlined as data: addresses would be refused by nobody, but files are kept by the browser for ever.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      output: {
        manualChunks: (id) => {
          if (/node_modules\/(react|react-dom|scheduler|react-router)\//.test(id)) return 'react';
          // Its style sheet belongs to the entry; together, the entry would wait for the library.
          if (/node_modules\/(ol|rbush|quickselect|earcut|pbf|geotiff)\/.*\.js$/.test(id)) return 'map';
          return undefined;
        },
      },
    },
  },
  test: { environment: 'jsdom', setupFiles: ['src/testing/setup.ts'], css: false, pool: 'threads', maxWorkers: 2, isolate: false },
});
