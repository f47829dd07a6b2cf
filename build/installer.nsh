; PR1: Windows Error Reporting passes the program over, so that a crash leaves no dump of its memory.
!macro customInstall
  WriteRegDWORD HKLM "Software\Microsoft\Windows\Windows Error Reporting\ExcludedApplications" "${APP_EXECUTABLE_FILENAME}" 1
!macroend

!macro customUnInstall
  DeleteRegValue HKLM "Software\Microsoft\Windows\Windows Error Reporting\ExcludedApplications" "${APP_EXECUTABLE_FILENAME}"
!macroend
