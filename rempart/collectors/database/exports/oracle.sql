-- What rempart asks of Oracle Database 12.1 and later. It only reads: run it in SQL*Plus or SQLcl as an
-- account with SELECT_CATALOG_ROLE, in each pluggable database and in the root:
--   sqlplus -S -L AUDITOR@SERVICE @oracle.sql > oracle.csv
-- Put the file into a folder and name it in the inventory:
--   databases: [{id: claims, captured: dir:exports/oracle}].
-- No password and no hash is printed, only which kinds of hash an account has.
SET MARKUP CSV ON
SET FEEDBACK OFF
SET PAGESIZE 50000

SELECT 'oracle-server' AS export, 1 AS total, i.version AS version FROM v$instance i;

SELECT 'oracle-users' AS export, COUNT(*) OVER () AS total, u.username, u.account_status,
  u.password_versions, u.authentication_type, TO_CHAR(u.expiry_date, 'YYYY-MM-DD') AS expiry_date,
  u.profile,
  CASE WHEN u.username IN ('SYS', 'SYSTEM')
    OR EXISTS (SELECT 1 FROM dba_role_privs r WHERE r.grantee = u.username AND r.granted_role = 'DBA')
    OR EXISTS (SELECT 1 FROM dba_sys_privs s WHERE s.grantee = u.username AND s.privilege IN
      ('GRANT ANY PRIVILEGE', 'GRANT ANY ROLE', 'ALTER USER', 'BECOME USER'))
    OR EXISTS (SELECT 1 FROM v$pwfile_users w WHERE w.username = u.username AND w.sysdba = 'TRUE')
    THEN 1 ELSE 0 END AS administrator,
  CASE WHEN EXISTS (SELECT 1 FROM dba_users_with_defpwd d WHERE d.username = u.username)
    THEN 1 ELSE 0 END AS default_password
FROM dba_users u ORDER BY u.username;

SELECT 'oracle-profiles' AS export, COUNT(*) OVER () AS total, p.profile, p.resource_name, p.limit
FROM dba_profiles p WHERE p.resource_type = 'PASSWORD' ORDER BY p.profile, p.resource_name;
