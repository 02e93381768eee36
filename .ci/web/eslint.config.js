// Lint of the browser code: the syntax of ES2020 and no newer, no global that is not of a browser, nothing that runs text.
const modules = ['words', 'model', 'search', 'paths', 'place', 'paint', 'canvas', 'vis', 'save', 'panel', 'views', 'server', 'shell'];
module.exports = [
  {
    files: modules.map(name => `**/explorer/${name}.js`),
    languageOptions: { ecmaVersion: 2020, sourceType: 'script' },
    rules: {
      'no-eval': 'error', 'no-implied-eval': 'error', 'no-new-func': 'error', 'no-var': 'error', eqeqeq: 'error', 'no-dupe-keys': 'error', 'no-unreachable': 'error', 'no-constant-condition': 'error',
      'no-restricted-properties': ['error', { property: 'innerHTML' }, { property: 'outerHTML' }, { property: 'insertAdjacentHTML' }, { object: 'document', property: 'write' }],
    },
  },
];
