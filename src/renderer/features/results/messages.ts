import { defineMessages } from '../../ui/text.ts'

export const resultsMessages = defineMessages('results', {
  cancel: { en: 'Cancel', ko: '취소' },

  'figures.title': { en: 'Results', ko: '결과' },
  'figures.unread': { en: 'not readable: {{problem}}', ko: '읽을 수 없음: {{problem}}' },
  'figures.none': {
    en: 'There are no figures to show; the files are below.',
    ko: '표시할 결과 수치가 없습니다. 파일은 아래에 있습니다.',
  },
  'figures.look': { en: 'Look at {{name}}', ko: '{{name}} 보기' },

  download: { en: 'Download {{name}}', ko: '{{name}} 다운로드' },
  'download.short': { en: 'Download', ko: '다운로드' },
  'download.all': { en: 'Download all', ko: '모두 다운로드' },
  'download.found': { en: 'Download what was found', ko: '찾은 파일 다운로드' },
  'download.selected_one': { en: 'Download {{count}}', ko: '{{count}}개 다운로드' },
  'download.selected_other': { en: 'Download {{count}}', ko: '{{count}}개 다운로드' },
  'download.saving': {
    en: '“{{name}}” is being saved; its progress is under Tasks at the top right.',
    ko: '“{{name}}” 파일을 저장하고 있습니다. 진행 상황은 오른쪽 위 진행 작업에서 볼 수 있습니다.',
  },

  'files.title': { en: 'Files', ko: '파일' },
  'files.count_one': { en: '{{count}} entry, {{size}}', ko: '{{count}}개, {{size}}' },
  'files.count_other': { en: '{{count}} entries, {{size}}', ko: '{{count}}개, {{size}}' },
  'files.none': {
    en: 'The job’s folder is empty. Files dropped here are put into it.',
    ko: '작업 폴더가 비어 있습니다. 여기에 파일을 놓으면 폴더에 들어갑니다.',
  },
  'files.noMatch': { en: 'No file fits.', ko: '조건에 맞는 파일이 없습니다.' },
  'files.incomplete': {
    en: 'There are more than 100,000 files; those beyond are not listed. Narrow it with a folder.',
    ko: '파일이 10만 개를 넘어 나머지는 표시되지 않습니다. 폴더를 열어 범위를 좁히세요.',
  },
  'files.name': { en: 'Name', ko: '이름' },
  'files.class': { en: 'Class', ko: '종류' },
  'files.anyClass': { en: 'Any class', ko: '모든 종류' },
  'files.size': { en: 'Size', ko: '크기' },
  'files.modified': { en: 'Changed', ko: '수정' },
  'files.actions': { en: 'Actions', ko: '동작' },
  'files.main': { en: 'main result', ko: '주요 결과' },
  'files.input': { en: 'input', ko: '입력' },
  'files.folder': { en: 'folder', ko: '폴더' },
  'files.inside_one': { en: '{{count}} file inside', ko: '파일 {{count}}개 포함' },
  'files.inside_other': { en: '{{count}} files inside', ko: '파일 {{count}}개 포함' },
  'files.refresh': { en: 'Look again', ko: '새로 고침' },
  'files.filter': { en: 'Find files, for example *.vtu', ko: '파일 찾기, 예: *.vtu' },
  'files.filterHint': { en: 'Name or *.vtu', ko: '이름 또는 *.vtu' },
  'files.select': { en: 'Select {{name}}', ko: '{{name}} 선택' },
  'files.selectAll': { en: 'Select all', ko: '모두 선택' },

  'folder.where': { en: 'Place in the job’s folder', ko: '작업 폴더 안의 위치' },
  'folder.top': { en: 'Job', ko: '작업' },
  'folder.empty': { en: 'This folder is empty.', ko: '폴더가 비어 있습니다.' },
  'folder.new': { en: 'New folder', ko: '새 폴더' },
  'folder.make': { en: 'Make folder', ko: '폴더 만들기' },

  'name.label': { en: 'Name', ko: '이름' },
  'name.slash': { en: 'A name has no slash.', ko: '이름에는 슬래시를 쓸 수 없습니다.' },
  'name.refused': { en: 'That name cannot be used here.', ko: '여기서는 그 이름을 쓸 수 없습니다.' },
  'name.refused.next': {
    en: 'Something of that name exists already, or it is an input of the job. Choose another name.',
    ko: '같은 이름이 이미 있거나 작업의 입력 파일입니다. 다른 이름을 고르세요.',
  },
  'rename.do': { en: 'Rename {{name}}', ko: '{{name}} 이름 바꾸기' },
  'rename.confirm': { en: 'Rename', ko: '이름 바꾸기' },

  'remove.do_one': { en: 'Delete {{count}}…', ko: '{{count}}개 삭제…' },
  'remove.do_other': { en: 'Delete {{count}}…', ko: '{{count}}개 삭제…' },
  'remove.count_one': { en: '{{count}} entry', ko: '{{count}}개' },
  'remove.count_other': { en: '{{count}} entries', ko: '{{count}}개' },
  'remove.title': { en: 'Delete “{{name}}”?', ko: '“{{name}}”을(를) 삭제할까요?' },
  'remove.text': {
    en: 'It is deleted on the cluster, folders with all that is in them. This cannot be undone.',
    ko: '클러스터에서 삭제됩니다. 폴더는 안의 내용까지 모두 삭제되며 되돌릴 수 없습니다.',
  },
  'remove.confirm': { en: 'Delete', ko: '삭제' },

  'put.do': { en: 'Upload', ko: '업로드' },
  'put.files': { en: 'Files…', ko: '파일…' },
  'put.folder': { en: 'Folder…', ko: '폴더…' },
  'put.sending_one': {
    en: '{{count}} file is being uploaded into this folder.',
    ko: '이 폴더에 파일 {{count}}개를 올리고 있습니다.',
  },
  'put.sending_other': {
    en: '{{count}} files are being uploaded into this folder.',
    ko: '이 폴더에 파일 {{count}}개를 올리고 있습니다.',
  },
  'put.refused': { en: '“{{name}}” was refused', ko: '“{{name}}” 파일이 거부되었습니다' },

  'space.free': { en: '{{size}} free', ko: '여유 {{size}}' },
  'space.quota': { en: 'quota {{used}} of {{limit}}', ko: '할당량 {{limit}} 중 {{used}} 사용' },
  'space.warning': { en: 'Warning', ko: '경고' },
  'space.tight': {
    en: '– nearly full: remove old results or ask for more.',
    ko: '– 거의 찼습니다. 오래된 결과를 지우거나 늘려 달라고 요청하세요.',
  },
  'space.full': { en: '– the disk is nearly full.', ko: '– 디스크가 거의 찼습니다.' },

  'preview.as': { en: 'Show as', ko: '보기 방식' },
  'preview.mesh': { en: 'Surface', ko: '표면' },
  'preview.table': { en: 'Table', ko: '표' },
  'preview.image': { en: 'Picture', ko: '그림' },
  'preview.text': { en: 'Text', ko: '텍스트' },
  'preview.before': { en: 'Previous file', ko: '이전 파일' },
  'preview.after': { en: 'Next file', ko: '다음 파일' },
  'preview.none': { en: 'This cannot be shown here', ko: '여기서 표시할 수 없습니다' },
  'preview.noneBecause': { en: '{{reason}}', ko: '이유: {{reason}}' },
  'preview.brokenPicture': { en: 'The picture is damaged', ko: '그림 파일이 손상되었습니다' },
  'preview.download': {
    en: 'Download it to open it in its own program.',
    ko: '다운로드하여 해당 프로그램에서 여세요.',
  },
  'preview.cut': {
    en: '… the middle of {{size}} is left out; download the file to read all …',
    ko: '… 전체 {{size}} 중 가운데는 생략했습니다. 모두 읽으려면 다운로드하세요 …',
  },
  'preview.encoding': { en: '{{size}}, {{encoding}}', ko: '{{size}}, {{encoding}}' },
  'preview.pixels': { en: '{{width}} × {{height}} pixels', ko: '{{width}} × {{height}} 픽셀' },

  'table.column': { en: 'Column {{number}}', ko: '열 {{number}}' },
  'table.rows_one': { en: '{{count}} row.', ko: '{{count}}행.' },
  'table.rows_other': { en: '{{count}} rows.', ko: '{{count}}행.' },
  'table.more': { en: 'There are more in the file.', ko: '파일에 더 있습니다.' },

  'mesh.drawing': {
    en: 'The surface is being made on the head node; a large file takes some seconds.',
    ko: '헤드 노드에서 표면을 만들고 있습니다. 큰 파일은 몇 초 걸립니다.',
  },
  'mesh.field': { en: 'Coloured by', ko: '색 기준' },
  'mesh.plain': { en: 'No colour', ko: '색 없음' },
  'mesh.edges': { en: 'Edges', ko: '모서리' },
  'mesh.whole': { en: 'Whole model', ko: '전체 보기' },
  'mesh.facts': { en: '{{points}} points, {{cells}} cells', ko: '점 {{points}}개, 요소 {{cells}}개' },
  'mesh.time': { en: 'time {{time}}', ko: '시간 {{time}}' },
  'mesh.label': { en: 'Surface of {{name}}', ko: '{{name}} 표면' },
  'mesh.labelField': {
    en: 'Surface of {{name}}, coloured by {{field}} from {{min}} to {{max}}',
    ko: '{{name}} 표면, {{field}} 기준 색, {{min}}부터 {{max}}까지',
  },
  'mesh.keys': {
    en: 'Arrow keys turn it, with Shift they move it; plus and minus zoom, zero shows all of it.',
    ko: '화살표 키로 돌리고 Shift와 함께 누르면 이동합니다. 더하기와 빼기로 확대·축소하고 0으로 전체를 봅니다.',
  },
  'mesh.hint': {
    en: 'Drag turns, Shift and drag moves, the wheel zooms.',
    ko: '끌면 회전, Shift와 함께 끌면 이동, 휠로 확대·축소.',
  },
  'mesh.reduced': {
    en: 'Made coarser for viewing: {{faces}} triangles.',
    ko: '보기 위해 단순화했습니다(삼각형 {{faces}}개).',
  },
  'mesh.skipped_one': {
    en: '{{count}} cell of another kind is not drawn.',
    ko: '다른 종류의 요소 {{count}}개는 그리지 않았습니다.',
  },
  'mesh.skipped_other': {
    en: '{{count}} cells of other kinds are not drawn.',
    ko: '다른 종류의 요소 {{count}}개는 그리지 않았습니다.',
  },
  'mesh.noWebGl': { en: 'This window cannot draw in three dimensions', ko: '이 창에서는 3차원으로 그릴 수 없습니다' },
  'mesh.noWebGl.next': {
    en: 'WebGL 2 is missing or was switched off. Turn on hardware acceleration, or download the file and open it in ParaView.',
    ko: 'WebGL 2가 없거나 꺼져 있습니다. 하드웨어 가속을 켜거나 파일을 다운로드하여 ParaView에서 여세요.',
  },
})
