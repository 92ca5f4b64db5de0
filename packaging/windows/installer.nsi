; The installer: makensis -DVERSION=… -DARCH=x86_64 -DFILES=DIR -DICON=FILE -DOUT=FILE
; installer.nsi
; For one user, without an administrator; silent with /S. /D=DIR says where to.
Unicode true
Target amd64-unicode
!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "x64.nsh"

!define APP "dhangkanna"
!define SETTINGS "Software\${APP}"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${APP}"
!define RULE "dhangkanna (play on the local network)"

Name "${APP}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\${APP}"
InstallDirRegKey HKCU "${SETTINGS}" "InstallDir"
RequestExecutionLevel user
ManifestDPIAware true
SetCompressor /SOLID lzma
BrandingText " "

VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "${APP}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "Installs ${APP} ${VERSION}"
VIAddVersionKey LegalCopyright "The dhangkanna authors; MIT or Apache-2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_COMPONENTSPAGE_NODESC
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\dhangkanna.exe"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

LangString DESKTOP ${LANG_ENGLISH} "Shortcut on the desktop"
LangString DESKTOP ${LANG_GERMAN} "Verknüpfung auf dem Desktop"
LangString FIREWALL ${LANG_ENGLISH} "Let others in through the firewall (asks for an administrator)"
LangString FIREWALL ${LANG_GERMAN} "Andere durch die Firewall lassen (fragt nach einem Administrator)"

LangString ONLY_ARM ${LANG_ENGLISH} "This is dhangkanna for computers with an ARM processor."
LangString ONLY_ARM ${LANG_GERMAN} "Dies ist dhangkanna für Computer mit ARM-Prozessor."

; The installer itself runs on both processors, the program for ARM on one.
Function .onInit
  ${If} "${ARCH}" == "aarch64"
  ${AndIfNot} ${IsNativeARM64}
    MessageBox MB_ICONSTOP "$(ONLY_ARM)" /SD IDOK
    Abort
  ${EndIf}
FunctionEnd

Section "${APP}"
  SectionIn RO
  SetOutPath "$INSTDIR"
  File "${FILES}\dhangkanna.exe"
  File "${FILES}\*.txt"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${APP}.lnk" "$INSTDIR\dhangkanna.exe"
  WriteRegStr HKCU "${SETTINGS}" "InstallDir" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${APP}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The dhangkanna makers"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\dhangkanna.exe"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" "$0"
SectionEnd

Section /o "$(DESKTOP)"
  CreateShortcut "$DESKTOP\${APP}.lnk" "$INSTDIR\dhangkanna.exe"
SectionEnd

; Without the rule, Windows asks when the first room is hosted.
Section /o "$(FIREWALL)"
  ExecShellWait "runas" "$SYSDIR\netsh.exe" 'advfirewall firewall add rule name="${RULE}" dir=in action=allow program="$INSTDIR\dhangkanna.exe" profile=private,domain enable=yes' SW_HIDE
  WriteRegDWORD HKCU "${SETTINGS}" "FirewallRule" 1
SectionEnd

; The profiles stay: they are the player's.
Section "Uninstall"
  ReadRegDWORD $0 HKCU "${SETTINGS}" "FirewallRule"
  ${If} $0 == 1
    ExecShellWait "runas" "$SYSDIR\netsh.exe" 'advfirewall firewall delete rule name="${RULE}"' SW_HIDE
  ${EndIf}
  ; What the installer brought, by name: the folder may hold more.
  Delete "$INSTDIR\dhangkanna.exe"
  Delete "$INSTDIR\README.txt"
  Delete "$INSTDIR\HEADLESS.txt"
  Delete "$INSTDIR\LICENSE-MIT.txt"
  Delete "$INSTDIR\LICENSE-APACHE.txt"
  Delete "$INSTDIR\THIRD-PARTY.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${APP}.lnk"
  Delete "$DESKTOP\${APP}.lnk"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "${SETTINGS}"
SectionEnd
