/** What a new template begins with: small, whole, and accepted as it is. */
export const newTemplate = `id: my-template
version: 1
name:
  en: My template
  ko: 내 템플릿
description:
  en: What this job does, in a sentence.
category: general

# Commands that must be on the cluster's PATH.
requires: []

# Files the user drops; in the script, files.<key> holds their names.
files:
  - key: mesh
    label: { en: Mesh, ko: 메시 }
    class: mesh
    accept: ['.msh', '.inp']
    min: 1
    max: 1

# Values the user fills in; in the script, parameters.<key>, always shell-quoted.
parameters:
  - key: tolerance
    label: { en: Tolerance, ko: 허용 오차 }
    type: number
    minimum: 0
    maximum: 1
    default: 0.001

resources:
  nodes: 1
  tasks: 1
  timeMinutes: 30

script: |
  #!/bin/sh
  echo mesh {{ files.mesh }} tolerance {{ parameters.tolerance }}
`
