export default {
  'zh-CN': { choose: '选择文件', none: '未选择文件', count: '已选择{count}个文件' },
  'zh-TW': { choose: '選擇檔案', none: '未選擇檔案', count: '已選擇{count}個檔案' },
  en: { choose: 'Choose', none: 'No file chosen', count: '{count} files chosen' },
}
