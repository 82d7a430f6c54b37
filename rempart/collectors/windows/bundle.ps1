# What rempart asks of a Windows host, for Windows PowerShell 5.1 and PowerShell 7.
#
#   powershell -ExecutionPolicy Bypass -File rempart-windows.ps1 -Output host.bundle
#
# Run it as administrator to see everything. It reads, and changes nothing: no setting, no service,
# no account. secedit can only export into a file; that file is made in the temporary folder and
# removed at once. No password, no hash and no recovery key is read. Without -Output the bundle is
# printed. Name it in the inventory: hosts: [{id: win-1, bundle: file:host.bundle}].
[CmdletBinding()]
param([string]$Output = '')

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$NeedsAdministrator = 77
$NotThere = 127
$nonce = [Guid]::NewGuid().ToString('N').Substring(0, 16)
$utf8 = New-Object System.Text.UTF8Encoding($false)
$sha = [System.Security.Cryptography.SHA256]::Create()
$text = New-Object System.Text.StringBuilder
$epoch = New-Object DateTime(1970, 1, 1, 0, 0, 0, [DateTimeKind]::Utc)
$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
$elevated = (New-Object Security.Principal.WindowsPrincipal($identity)).IsInRole(
  [Security.Principal.WindowsBuiltInRole]::Administrator)
$script:asked = 0

function Section([string]$name, [bool]$root, [scriptblock]$ask) {
  $script:asked++
  $status = 0
  $said = ''
  if ($root -and -not $elevated) { $status = $NeedsAdministrator }
  else {
    try { $said = [string](& $ask) }
    catch [System.UnauthorizedAccessException] { $status = $NeedsAdministrator }
    catch [System.Management.Automation.CommandNotFoundException] { $status = $NotThere }
    catch { $status = 1 }
  }
  if ($status -ne 0) { $said = '' }
  $said = $said.Replace("`r`n", "`n").TrimEnd("`n")
  $bytes = $utf8.GetBytes($said)
  $digest = -join ($sha.ComputeHash($bytes) | ForEach-Object { $_.ToString('x2') })
  [void]$text.Append("==rempart $nonce begin $name`n$said`n")
  [void]$text.Append("==rempart $nonce end $name $status sha256 $digest $($bytes.Length)`n")
}

function Json($value) { ConvertTo-Json -InputObject $value -Depth 5 -Compress }

function Days($moment) {
  if ($null -eq $moment) { return $null }
  [int][Math]::Floor(($moment.ToUniversalTime() - $epoch).TotalDays)
}

function Registry([string]$path, [string]$name) {
  try { (Get-ItemProperty -LiteralPath "HKLM:\$path" -Name $name).$name } catch { $null }
}

[void]$text.Append("`n==rempart $nonce start 1`n")

Section 'windows' $false {
  $system = Get-CimInstance Win32_OperatingSystem
  $machine = Get-CimInstance Win32_ComputerSystem
  Json @{
    caption = [string]$system.Caption
    version = [string]$system.Version
    domain_role = [int]$machine.DomainRole
    elevated = [bool]$elevated
  }
}

Section 'secedit' $true {
  $file = [IO.Path]::Combine([IO.Path]::GetTempPath(), "rempart-$nonce.inf")
  try {
    & "$env:SystemRoot\System32\secedit.exe" /export /areas SECURITYPOLICY /cfg $file /quiet | Out-Null
    [IO.File]::ReadAllText($file)
  }
  finally { if (Test-Path -LiteralPath $file) { Remove-Item -LiteralPath $file -Force } }
}

Section 'bitlocker' $true {
  Json @(Get-BitLockerVolume | ForEach-Object {
    @{
      mount = [string]$_.MountPoint
      type = [string]$_.VolumeType
      status = [string]$_.VolumeStatus
      protection = [string]$_.ProtectionStatus
      method = [string]$_.EncryptionMethod
      percent = [int]$_.EncryptionPercentage
      protectors = @($_.KeyProtector | ForEach-Object { [string]$_.KeyProtectorType })
    }
  })
}

Section 'laps' $false {
  $new = 'SOFTWARE\Microsoft\Policies\LAPS'
  $managed = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\LAPS'
  $directory = Registry $new 'BackupDirectory'
  if ($null -eq $directory) { $directory = Registry $managed 'BackupDirectory' }
  Json @{
    directory = $directory
    days = Registry $new 'PasswordAgeDays'
    length = Registry $new 'PasswordLength'
    legacy = Registry 'SOFTWARE\Policies\Microsoft Services\AdmPwd' 'AdmPwdEnabled'
    legacy_days = Registry 'SOFTWARE\Policies\Microsoft Services\AdmPwd' 'PasswordAgeDays'
  }
}

Section 'accounts' $false {
  $rights = @{}
  try {
    Get-LocalGroupMember -SID 'S-1-5-32-544' | ForEach-Object { $rights[[string]$_.SID] = $true }
  } catch { $rights = $null }
  Json @(Get-LocalUser | ForEach-Object {
    @{
      name = [string]$_.Name
      rid = [int](([string]$_.SID) -split '-')[-1]
      enabled = [bool]$_.Enabled
      password_required = [bool]$_.PasswordRequired
      administrator = if ($null -eq $rights) { $null } else { $rights.ContainsKey([string]$_.SID) }
      password_set = Days $_.PasswordLastSet
      password_expires = Days $_.PasswordExpires
      last_sign_in = Days $_.LastLogon
    }
  })
}

Section 'listeners' $false {
  $names = @{}
  Get-Process | ForEach-Object { $names[[int]$_.Id] = [string]$_.ProcessName }
  Json @(Get-NetTCPConnection -State Listen | ForEach-Object {
    @{
      address = [string]$_.LocalAddress
      port = [int]$_.LocalPort
      program = $names[[int]$_.OwningProcess]
    }
  })
}

Section 'network' $false {
  $server = $null
  try { $server = Get-SmbServerConfiguration } catch { $server = $null }
  $lsa = 'SYSTEM\CurrentControlSet\Control\Lsa'
  $rdp = 'SYSTEM\CurrentControlSet\Control\Terminal Server'
  Json @{
    smb1 = if ($null -eq $server) { $null } else { [bool]$server.EnableSMB1Protocol }
    signing = if ($null -eq $server) { $null } else { [bool]$server.RequireSecuritySignature }
    lan_manager = Registry $lsa 'LmCompatibilityLevel'
    remote_desktop_off = Registry $rdp 'fDenyTSConnections'
    first_sign_in = Registry "$rdp\WinStations\RDP-Tcp" 'UserAuthentication'
  }
}

[void]$text.Append("==rempart $nonce done $($script:asked)`n")
$bytes = $utf8.GetBytes($text.ToString())
if ($Output -ne '') {
  [IO.File]::WriteAllBytes([IO.Path]::Combine((Get-Location).ProviderPath, $Output), $bytes)
} else {
  $stream = [Console]::OpenStandardOutput()
  $stream.Write($bytes, 0, $bytes.Length)
  $stream.Flush()
}
