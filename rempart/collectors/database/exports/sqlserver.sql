-- What rempart asks of SQL Server 2012 and later. It only reads: run it as a login with VIEW SERVER
-- STATE and membership in securityadmin or sysadmin, and save each result as CSV into one folder
-- (SQL Server Management Studio: Results > Save Results As; or
--  sqlcmd -S SERVER -i sqlserver.sql -W -s ";" -o sqlserver.csv). Name the folder in the inventory:
--  databases: [{id: claims, captured: dir:exports/sqlserver}].
-- No password and no hash is printed: the server itself says how one is kept, and whether it is empty
-- or the login's own name.
SET NOCOUNT ON;

SELECT 'sqlserver-server' AS export, 1 AS total,
  CONVERT(varchar(40), SERVERPROPERTY('ProductVersion')) AS version,
  CONVERT(int, SERVERPROPERTY('IsIntegratedSecurityOnly')) AS windows_only,
  (SELECT TOP 1 CONVERT(varchar(10), value_data) FROM sys.dm_server_registry
    WHERE value_name = 'ForceEncryption') AS force_encryption;

SELECT 'sqlserver-logins' AS export, COUNT(*) OVER () AS total, p.name, p.type_desc, p.is_disabled,
  CASE WHEN IS_SRVROLEMEMBER('sysadmin', p.name) = 1 OR IS_SRVROLEMEMBER('securityadmin', p.name) = 1
    OR EXISTS (SELECT 1 FROM sys.server_permissions g WHERE g.grantee_principal_id = p.principal_id
      AND g.permission_name = 'CONTROL SERVER' AND g.state IN ('G', 'W')) THEN 1 ELSE 0
  END AS administrator,
  l.is_policy_checked, l.is_expiration_checked,
  CONVERT(varchar(10), LOGINPROPERTY(p.name, 'PasswordHashAlgorithm')) AS hash_algorithm,
  CASE WHEN PWDCOMPARE('', l.password_hash) = 1 THEN 1 ELSE 0 END AS empty_password,
  CASE WHEN PWDCOMPARE(p.name, l.password_hash) = 1 THEN 1 ELSE 0 END AS name_as_password,
  CONVERT(varchar(10), LOGINPROPERTY(p.name, 'DaysUntilExpiration')) AS days_left
FROM sys.server_principals p LEFT JOIN sys.sql_logins l ON l.principal_id = p.principal_id
WHERE p.type IN ('S', 'U', 'G', 'E', 'X') AND p.name NOT LIKE '##%'
ORDER BY p.name;
