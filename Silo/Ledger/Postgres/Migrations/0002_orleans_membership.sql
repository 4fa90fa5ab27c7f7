-- Who is in the cluster: the tables of membership, and the queries by which Orleans reads and writes them.
-- The contract is Orleans' own (Clustering.AdoNet 10.4): it reads the queries by their keys, gives parameters by the names @DeploymentId … @Version,
-- reads columns by the names given here, and takes a single number as yes (above 0) or no (0). A no must have changed nothing.

CREATE TABLE cluster_version (
  cluster_id text PRIMARY KEY,
  version    integer NOT NULL DEFAULT 0,
  changed_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE cluster_version IS 'One row for each cluster: every change of its members raises the version, and is made only on the version that its maker has read.';

CREATE TABLE cluster_member (
  cluster_id    text NOT NULL REFERENCES cluster_version (cluster_id),
  address       text NOT NULL,
  port          integer NOT NULL,
  generation    integer NOT NULL,
  silo_name     text NOT NULL,
  host_name     text NOT NULL,
  status        integer NOT NULL,
  gateway_port  integer NOT NULL DEFAULT 0,
  suspected     text,
  started_at    timestamptz NOT NULL,
  alive_at      timestamptz NOT NULL,
  PRIMARY KEY (cluster_id, address, port, generation)
);

COMMENT ON COLUMN cluster_member.status IS 'As in Orleans: 1 created, 2 joining, 3 active, 4 shutting down, 5 stopping, 6 dead.';
COMMENT ON COLUMN cluster_member.suspected IS 'Silos that did not hear from this one and when, as address,time|address,time.';

-- The names of this table and its columns are fixed by Orleans.
CREATE TABLE OrleansQuery (
  QueryKey  text PRIMARY KEY,
  QueryText text NOT NULL
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', $query$
WITH made AS (
  INSERT INTO cluster_version (cluster_id) VALUES (@DeploymentId) ON CONFLICT (cluster_id) DO NOTHING
  RETURNING 1)
SELECT count(*)::integer FROM made
$query$),

-- A writer that waits for another's version finds, when it is let in, that the version has moved, and changes nothing.
('InsertMembershipKey', $query$
WITH raised AS (
  UPDATE cluster_version SET version = version + 1, changed_at = now()
  WHERE cluster_id = @DeploymentId AND version = @Version
    AND NOT EXISTS (
      SELECT FROM cluster_member
      WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
  RETURNING 1),
joined AS (
  INSERT INTO cluster_member (cluster_id, address, port, generation, silo_name, host_name, status, gateway_port, started_at, alive_at)
  SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM raised
  RETURNING 1)
SELECT count(*)::integer FROM joined
$query$),

('UpdateMembershipKey', $query$
WITH raised AS (
  UPDATE cluster_version SET version = version + 1, changed_at = now()
  WHERE cluster_id = @DeploymentId AND version = @Version
    AND EXISTS (
      SELECT FROM cluster_member
      WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
  RETURNING 1),
moved AS (
  UPDATE cluster_member SET status = @Status, suspected = @SuspectTimes, alive_at = @IAmAliveTime
  FROM raised
  WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
  RETURNING 1)
SELECT count(*)::integer FROM moved
$query$),

-- No change of members, so the version stays.
('UpdateIAmAlivetimeKey', $query$
UPDATE cluster_member SET alive_at = @IAmAliveTime
WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$query$),

-- The version comes also where there is no such member.
('MembershipReadRowKey', $query$
SELECT m.address AS Address, m.port AS Port, m.generation AS Generation, m.silo_name AS SiloName, m.host_name AS HostName, m.status AS Status,
  m.gateway_port AS ProxyPort, m.suspected AS SuspectTimes, m.started_at AS StartTime, m.alive_at AS IAmAliveTime, v.version AS Version
FROM cluster_version v
LEFT JOIN cluster_member m ON m.cluster_id = v.cluster_id AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
WHERE v.cluster_id = @DeploymentId
$query$),

('MembershipReadAllKey', $query$
SELECT m.address AS Address, m.port AS Port, m.generation AS Generation, m.silo_name AS SiloName, m.host_name AS HostName, m.status AS Status,
  m.gateway_port AS ProxyPort, m.suspected AS SuspectTimes, m.started_at AS StartTime, m.alive_at AS IAmAliveTime, v.version AS Version
FROM cluster_version v
LEFT JOIN cluster_member m ON m.cluster_id = v.cluster_id
WHERE v.cluster_id = @DeploymentId
$query$),

('GatewaysQueryKey', $query$
SELECT address AS Address, gateway_port AS ProxyPort, generation AS Generation
FROM cluster_member
WHERE cluster_id = @DeploymentId AND status = @Status AND gateway_port > 0
$query$),

-- Those that are active stay however old their sign of life is: their peers judge them.
('CleanupDefunctSiloEntriesKey', $query$
DELETE FROM cluster_member WHERE cluster_id = @DeploymentId AND alive_at < @IAmAliveTime AND status <> 3
$query$),

('DeleteMembershipTableEntriesKey', $query$
WITH gone AS (DELETE FROM cluster_member WHERE cluster_id = @DeploymentId)
DELETE FROM cluster_version WHERE cluster_id = @DeploymentId
$query$);
