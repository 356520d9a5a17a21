PREPARE statement (uuid[]) AS
DELETE FROM appeal_attachment WHERE appeal_id IN (SELECT id FROM appeal WHERE preselection_id = ANY($1));

PREPARE statement (timestamp with time zone, smallint) AS
DELETE FROM appeal_attachment WHERE ctid = ANY(ARRAY( SELECT ctid FROM appeal_attachment WHERE appeal_id IN (SELECT id FROM appeal WHERE confirmed_at < $1) LIMIT $2 FOR UPDATE SKIP LOCKED ));

PREPARE statement (date) AS
DELETE FROM calendar_day WHERE calendar_day.office_code IS NOT DISTINCT FROM NULL AND calendar_day.day = $1::DATE;

PREPARE statement (timestamp with time zone, smallint) AS
DELETE FROM claim WHERE ctid = ANY(ARRAY( SELECT ctid FROM claim WHERE until <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED ));

PREPARE statement (timestamp with time zone, smallint) AS
DELETE FROM code WHERE ctid = ANY(ARRAY( SELECT ctid FROM code WHERE created_at < $1 AND expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED ));

PREPARE statement (bytea[]) AS
DELETE FROM code WHERE phone_hash = ANY($1);

PREPARE statement (timestamp with time zone, smallint) AS
DELETE FROM decision WHERE ctid = ANY(ARRAY( SELECT ctid FROM decision WHERE "at" < $1 LIMIT $2 FOR UPDATE SKIP LOCKED ));

PREPARE statement (uuid) AS
DELETE FROM desk_reason WHERE desk_reason.request_id = $1::UUID;

PREPARE statement (timestamp with time zone, smallint) AS
DELETE FROM desk_reason WHERE request_id = ANY(ARRAY( SELECT request_id FROM desk_reason WHERE "at" < $1 LIMIT $2 FOR UPDATE SKIP LOCKED ));

PREPARE statement (timestamp with time zone) AS
DELETE FROM ended_session WHERE ended_session.until <= $1::TIMESTAMP WITH TIME ZONE;

PREPARE statement (bytea[]) AS
DELETE FROM failed_check WHERE applicant_hash = ANY($1);

PREPARE statement (timestamp with time zone, smallint) AS
DELETE FROM failed_check WHERE ctid = ANY(ARRAY( SELECT ctid FROM failed_check WHERE "at" < $1 LIMIT $2 FOR UPDATE SKIP LOCKED ));

PREPARE statement (uuid) AS
DELETE FROM failed_check WHERE failed_check.id = $1::UUID;

PREPARE statement (unknown) AS
DELETE FROM fairness_file WHERE fairness_file.day = $1::VARCHAR;

PREPARE statement (date) AS
DELETE FROM figure_day WHERE name = 'sms' AND day = $1;

PREPARE statement (timestamp with time zone) AS
DELETE FROM figure_hour WHERE begins < $1;

PREPARE statement (timestamp with time zone, timestamp with time zone) AS
DELETE FROM figure_hour WHERE name = 'sms' AND begins >= $1 AND begins < $2;

PREPARE statement (bytea, unknown, uuid) AS
DELETE FROM idempotency WHERE caller_hash = $1 AND path = $2 AND key = $3 AND status IS NULL;

PREPARE statement (bytea[]) AS
DELETE FROM idempotency WHERE caller_hash = ANY($1);

PREPARE statement (timestamp with time zone, smallint) AS
DELETE FROM idempotency WHERE ctid = ANY(ARRAY( SELECT ctid FROM idempotency WHERE kept_until < $1 AND lease_until < $1 LIMIT $2 FOR UPDATE SKIP LOCKED ));

PREPARE statement (uuid) AS
DELETE FROM key_reader WHERE key_reader.id = $1::UUID;

PREPARE statement (timestamp with time zone) AS
DELETE FROM key_reader WHERE key_reader.seen_at < $1::TIMESTAMP WITH TIME ZONE;

PREPARE statement (timestamp with time zone) AS
DELETE FROM lagging_workflow WHERE lagging_workflow.preselection_id IN (NULL) AND (1 != 1) AND lagging_workflow.noted_at <= $1::TIMESTAMP WITH TIME ZONE;

PREPARE statement (timestamp with time zone) AS
DELETE FROM logout_token WHERE logout_token.until <= $1::TIMESTAMP WITH TIME ZONE;

PREPARE statement (timestamp with time zone, smallint) AS
DELETE FROM preselection WHERE ctid = ANY(ARRAY( SELECT ctid FROM preselection WHERE purged_at IS NULL AND created_at < $1 AND stage IN ('submitted', 'refused') LIMIT $2 FOR UPDATE SKIP LOCKED ));

PREPARE statement (uuid[]) AS
DELETE FROM preselection WHERE id = ANY($1) AND stage IN ('submitted', 'refused');

PREPARE statement (uuid, unknown) AS
DELETE FROM preselection WHERE preselection.id = $1::UUID AND preselection.stage = $2::VARCHAR;

PREPARE statement (timestamp with time zone, smallint) AS
DELETE FROM text_delivery WHERE ctid = ANY(ARRAY( SELECT ctid FROM text_delivery WHERE ordered_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED ));

PREPARE statement (timestamp with time zone, smallint) AS
DELETE FROM text_message WHERE ctid = ANY(ARRAY( SELECT ctid FROM text_message WHERE sent_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED ));

PREPARE statement (bytea[]) AS
DELETE FROM text_message WHERE phone_hash = ANY($1);

PREPARE statement (uuid, uuid, uuid, unknown, timestamp with time zone, timestamp with time zone, bytea) AS
INSERT INTO appeal (id, ban_id, preselection_id, state, filed_at, decide_by, reason) VALUES ($1::UUID, $2::UUID, $3::UUID, $4::VARCHAR, $5::TIMESTAMP WITH TIME ZONE, $6::TIMESTAMP WITH TIME ZONE, $7) ON CONFLICT DO NOTHING RETURNING appeal.id;

PREPARE statement (uuid, bytea, bytea, unknown, smallint) AS
INSERT INTO appeal_attachment (appeal_id, name, content, kind, size) VALUES ($1::UUID, $2, $3, $4::VARCHAR, $5::INTEGER);

PREPARE statement (timestamp with time zone, unknown, unknown, unknown, unknown, unknown, jsonb) AS
INSERT INTO audit (at, actor_kind, actor, action, preselection_id, plates, facts) VALUES ($1::TIMESTAMP WITH TIME ZONE, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::UUID, $6::TEXT[], $7::JSONB) RETURNING audit.xact, audit.id;

PREPARE statement (smallint, timestamp with time zone, smallint, smallint, smallint, bytea, bytea) AS
INSERT INTO audit_seal (number, sealed_at, from_xact, to_xact, count, previous, digest) VALUES ($1::BIGINT, $2::TIMESTAMP WITH TIME ZONE, $3::BIGINT, $4::BIGINT, $5::BIGINT, $6, $7);

PREPARE statement (uuid, bytea, bytea, timestamp with time zone, timestamp with time zone, uuid) AS
INSERT INTO blacklist (id, party_hash, holder, since, until, preselection_id) VALUES ($1::UUID, $2, $3, $4::TIMESTAMP WITH TIME ZONE, $5::TIMESTAMP WITH TIME ZONE, $6::UUID) ON CONFLICT (party_hash) WHERE released_at IS NULL DO UPDATE SET until = greatest(blacklist.until, excluded.until) RETURNING blacklist.id, blacklist.party_hash, blacklist.preselection_id, blacklist.since, blacklist.until, blacklist.released_at;

PREPARE statement (unknown, date, unknown, unknown) AS
INSERT INTO calendar_day (office_code, day, kind) VALUES ($1::VARCHAR, $2::DATE, $3::VARCHAR) ON CONFLICT (office_code, day) DO UPDATE SET kind = $4::VARCHAR RETURNING calendar_day.id;

PREPARE statement (smallint, boolean, smallint, boolean) AS
INSERT INTO calendar_year (year, official) VALUES ($1::INTEGER, $2) ON CONFLICT (year) DO UPDATE SET year = $3::INTEGER, official = $4;

PREPARE statement (timestamp with time zone, timestamp with time zone, unknown) AS
INSERT INTO claim AS held (plate, kind, until, changed_at) SELECT plate, 'withheld', $1, $2 FROM unnest(CAST($3 AS text[])) AS entry (plate) ORDER BY plate COLLATE "C" ON CONFLICT (plate) DO UPDATE SET kind = excluded.kind, preselection_id = NULL, until = excluded.until, changed_at = excluded.changed_at WHERE held.until <= $2 RETURNING plate;

PREPARE statement (uuid, unknown, bytea, bytea, uuid, bytea, timestamp with time zone, timestamp with time zone, boolean) AS
INSERT INTO code (id, purpose, phone_hash, subject_hash, preselection_id, code_hash, created_at, expires_at, while_holding) VALUES ( $1, $2, $3, $4, CAST($5 AS uuid), $6, $7, $8, $9 ) ON CONFLICT (id) DO UPDATE SET code_hash = excluded.code_hash, created_at = excluded.created_at, expires_at = excluded.expires_at, while_holding = excluded.while_holding, attempts = 0, wrong_tries = '{}', failed_at = NULL WHERE code.used_at IS NULL RETURNING xmax <> 0;

PREPARE statement (uuid, uuid, unknown, bytea, timestamp with time zone) AS
INSERT INTO desk_reason (request_id, preselection_id, clerk, reason, at) VALUES ($1::UUID, $2::UUID, $3::VARCHAR, $4, $5::TIMESTAMP WITH TIME ZONE) ON CONFLICT (request_id) DO NOTHING;

PREPARE statement (bytea, timestamp with time zone, timestamp with time zone, bytea, timestamp with time zone, timestamp with time zone) AS
INSERT INTO ended_session (name, ended_at, until) VALUES ($1, $2::TIMESTAMP WITH TIME ZONE, $3::TIMESTAMP WITH TIME ZONE), ($4, $5::TIMESTAMP WITH TIME ZONE, $6::TIMESTAMP WITH TIME ZONE) ON CONFLICT (name) DO UPDATE SET ended_at = greatest(ended_session.ended_at, excluded.ended_at), until = greatest(ended_session.until, excluded.until);

PREPARE statement (bytea, timestamp with time zone, timestamp with time zone, bytea, timestamp with time zone, timestamp with time zone, bytea, timestamp with time zone, timestamp with time zone) AS
INSERT INTO ended_session (name, ended_at, until) VALUES ($1, $2::TIMESTAMP WITH TIME ZONE, $3::TIMESTAMP WITH TIME ZONE), ($4, $5::TIMESTAMP WITH TIME ZONE, $6::TIMESTAMP WITH TIME ZONE), ($7, $8::TIMESTAMP WITH TIME ZONE, $9::TIMESTAMP WITH TIME ZONE) ON CONFLICT (name) DO UPDATE SET ended_at = greatest(ended_session.ended_at, excluded.ended_at), until = greatest(ended_session.until, excluded.until);

PREPARE statement (uuid, bytea, timestamp with time zone, timestamp with time zone) AS
INSERT INTO failed_check (id, applicant_hash, at) VALUES ($1::UUID, $2, $3::TIMESTAMP WITH TIME ZONE) ON CONFLICT (id) DO UPDATE SET at = $4::TIMESTAMP WITH TIME ZONE;

PREPARE statement (unknown, timestamp with time zone, timestamp with time zone, bytea, timestamp with time zone, unknown) AS
INSERT INTO fairness_day (day, begins, ends, commitment, committed_at, key_id) VALUES ($1::VARCHAR, $2::TIMESTAMP WITH TIME ZONE, $3::TIMESTAMP WITH TIME ZONE, $4, $5::TIMESTAMP WITH TIME ZONE, $6::VARCHAR) ON CONFLICT DO NOTHING;

PREPARE statement (date, timestamp with time zone, timestamp with time zone) AS
INSERT INTO figure_day (name, day, office_code, prefix, detail, value) SELECT name, CAST($1 AS date), office_code, prefix, detail, sum(value) FROM figure_hour WHERE begins >= $2 AND begins < $3 AND name <> 'pool_free' GROUP BY name, office_code, prefix, detail ON CONFLICT (name, day, office_code, prefix, detail) DO UPDATE SET value = excluded.value;

PREPARE statement (date, unknown, unknown, unknown, smallint) AS
INSERT INTO figure_day (name, day, office_code, prefix, detail, value) VALUES ('pool_free', $1, $2, $3, $4, $5) ON CONFLICT (name, day, office_code, prefix, detail) DO UPDATE SET value = excluded.value;

PREPARE statement (timestamp with time zone, timestamp with time zone) AS
INSERT INTO figure_hour (name, begins, office_code, prefix, detail, value) SELECT 'sms', date_trunc('hour', delivery.ordered_at, 'UTC'), preselection.office_code, '', CASE WHEN handed_at IS NOT NULL THEN 'handed_over' ELSE 'open' END, count(*) FROM text_delivery AS delivery JOIN preselection ON preselection.id = delivery.preselection_id WHERE delivery.ordered_at >= $1 AND delivery.ordered_at < $2 GROUP BY 1, 2, 3, 4, 5 ON CONFLICT (name, begins, office_code, prefix, detail) DO UPDATE SET value = excluded.value;

PREPARE statement (timestamp with time zone, timestamp with time zone) AS
INSERT INTO figure_hour (name, begins, office_code, prefix, detail, value) SELECT counted.name, date_trunc('hour', audit.at, 'UTC'), coalesce(preselection.office_code, ''), coalesce(substr(audit.plates[1], 1, 2), ''), '', count(*) FROM audit JOIN preselection ON preselection.id = audit.preselection_id JOIN LATERAL (VALUES ('draws', audit.action = 'draw'), ('compositions', audit.action = 'compose'), ('completions', audit.facts ->> 'stage' = 'completed'), ('registrations', audit.facts ->> 'stage' = 'registered'), ('missed', audit.facts ->> 'stage' = 'overdue'), ('bans', audit.action = 'bar') ) AS counted (name, applies) ON counted.applies WHERE audit.at >= $1 AND audit.at < $2 GROUP BY 1, 2, 3, 4 ON CONFLICT (name, begins, office_code, prefix, detail) DO UPDATE SET value = excluded.value;

PREPARE statement (timestamp with time zone, unknown, unknown, unknown, smallint) AS
INSERT INTO figure_hour (name, begins, office_code, prefix, detail, value) VALUES ('pool_free', $1, $2, $3, $4, $5) ON CONFLICT (name, begins, office_code, prefix, detail) DO UPDATE SET value = excluded.value;

PREPARE statement (timestamp with time zone) AS
INSERT INTO figure_mark (id, counted_until) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET counted_until = excluded.counted_until;

PREPARE statement (bytea, unknown, uuid, bytea, uuid, timestamp with time zone, timestamp with time zone, timestamp with time zone) AS
INSERT INTO idempotency AS kept (caller_hash, path, key, body_digest, operation_id, created_at, lease_until, kept_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (caller_hash, path, key) DO UPDATE SET lease_until = excluded.lease_until, body_digest = excluded.body_digest, operation_id = CASE WHEN kept.kept_until <= $6 THEN excluded.operation_id ELSE kept.operation_id END, created_at = CASE WHEN kept.kept_until <= $6 THEN excluded.created_at ELSE kept.created_at END, kept_until = CASE WHEN kept.kept_until <= $6 THEN excluded.kept_until ELSE kept.kept_until END, status = NULL, answer = NULL WHERE kept.kept_until <= $6 OR kept.status IS NULL AND kept.lease_until <= $6 AND kept.body_digest = excluded.body_digest RETURNING operation_id;

PREPARE statement (uuid, unknown, timestamp with time zone, unknown, unknown, unknown, unknown, unknown, unknown, timestamp with time zone, unknown, unknown, unknown, unknown, unknown) AS
INSERT INTO key_reader (id, name, seen_at, known, current, release, host, skew) VALUES ($1::UUID, $2::VARCHAR, $3::TIMESTAMP WITH TIME ZONE, $4::TEXT[], $5::TEXT[], $6::VARCHAR, $7::VARCHAR, $8) ON CONFLICT (id) DO UPDATE SET name = $9::VARCHAR, seen_at = $10::TIMESTAMP WITH TIME ZONE, known = $11::TEXT[], current = $12::TEXT[], release = $13::VARCHAR, host = $14::VARCHAR, skew = $15 RETURNING clock_timestamp() AS clock_timestamp_1;

PREPARE statement (uuid, timestamp with time zone) AS
INSERT INTO lagging_workflow (preselection_id, noted_at) VALUES ($1::UUID, $2::TIMESTAMP WITH TIME ZONE) ON CONFLICT (preselection_id) DO UPDATE SET noted_at = excluded.noted_at;

PREPARE statement (bytea, timestamp with time zone) AS
INSERT INTO logout_token (name, until) VALUES ($1, $2::TIMESTAMP WITH TIME ZONE) ON CONFLICT DO NOTHING RETURNING logout_token.name;

PREPARE statement (smallint, smallint, smallint) AS
INSERT INTO maintenance_mark (id, number) VALUES ($1::SMALLINT, $2::BIGINT) ON CONFLICT (id) DO UPDATE SET number = (greatest(maintenance_mark.number, excluded.number) + $3::INTEGER) RETURNING maintenance_mark.number;

PREPARE statement (smallint, smallint) AS
INSERT INTO maintenance_mark (id, number) VALUES ($1::SMALLINT, $2::BIGINT) ON CONFLICT DO NOTHING RETURNING maintenance_mark.number;

PREPARE statement (unknown, unknown, unknown, unknown, timestamp with time zone, jsonb) AS
INSERT INTO notice (office_code, version, title, body, published_at, translations) VALUES ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::TIMESTAMP WITH TIME ZONE, $6::JSONB) ON CONFLICT DO NOTHING;

PREPARE statement (unknown, unknown, unknown, unknown, timestamp with time zone, jsonb, uuid) AS
INSERT INTO notice (office_code, version, title, body, published_at, translations, request_id) VALUES ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::TIMESTAMP WITH TIME ZONE, $6::JSONB, $7::UUID);

PREPARE statement (unknown, unknown, unknown, unknown, jsonb, unknown, unknown, unknown, unknown, unknown, unknown, jsonb, unknown, unknown, unknown, unknown, unknown, unknown, jsonb, unknown, unknown) AS
INSERT INTO office (code, name, address, province, names, hours, telephone) VALUES ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::JSONB, $6::VARCHAR, $7::VARCHAR), ($8::VARCHAR, $9::VARCHAR, $10::VARCHAR, $11::VARCHAR, $12::JSONB, $13::VARCHAR, $14::VARCHAR), ($15::VARCHAR, $16::VARCHAR, $17::VARCHAR, $18::VARCHAR, $19::JSONB, $20::VARCHAR, $21::VARCHAR) ON CONFLICT (code) DO UPDATE SET name = excluded.name, address = excluded.address, province = excluded.province, names = excluded.names, hours = excluded.hours, telephone = excluded.telephone;

PREPARE statement (unknown, unknown, unknown, unknown, jsonb, jsonb, unknown, unknown, unknown, unknown, unknown, unknown, jsonb, jsonb, unknown, unknown) AS
INSERT INTO office (code, name, address, province, policy, names, hours, telephone) VALUES ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::JSONB, $6::JSONB, $7::VARCHAR, $8::VARCHAR) ON CONFLICT (code) DO UPDATE SET code = $9::VARCHAR, name = $10::VARCHAR, address = $11::VARCHAR, province = $12::VARCHAR, policy = $13::JSONB, names = $14::JSONB, hours = $15::VARCHAR, telephone = $16::VARCHAR;

PREPARE statement (uuid, unknown, unknown, jsonb, unknown, timestamp with time zone, unknown, unknown, unknown) AS
INSERT INTO office_policy (id, office_code, effective_from, overrides, reason, requested_at, requested_by, confirmed_at, confirmed_by) VALUES ($1::UUID, $2::VARCHAR, $3::TIMESTAMP WITH TIME ZONE, $4::JSONB, $5::VARCHAR, $6::TIMESTAMP WITH TIME ZONE, $7::VARCHAR, $8::TIMESTAMP WITH TIME ZONE, $9::VARCHAR) ON CONFLICT DO NOTHING RETURNING office_policy.id;

PREPARE statement (uuid, unknown, jsonb, unknown, timestamp with time zone, unknown, unknown, unknown) AS
INSERT INTO operator_request (id, kind, wanted, reason, requested_at, requested_by, confirmed_at, confirmed_by) VALUES ($1::UUID, $2::VARCHAR, $3::JSONB, $4::VARCHAR, $5::TIMESTAMP WITH TIME ZONE, $6::VARCHAR, $7::TIMESTAMP WITH TIME ZONE, $8::VARCHAR) ON CONFLICT DO NOTHING RETURNING operator_request.id;

PREPARE statement (unknown, unknown, timestamp with time zone, bytea, timestamp with time zone) AS
INSERT INTO pool_bitmap (prefix, digest, at, content) VALUES ($1::VARCHAR COLLATE "C", $2::VARCHAR, $3::TIMESTAMP WITH TIME ZONE, $4) ON CONFLICT ON CONSTRAINT pk_pool_bitmap DO UPDATE SET at = $5::TIMESTAMP WITH TIME ZONE;

PREPARE statement (unknown, bigint[], smallint[], timestamp with time zone[], unknown, unknown, smallint[]) AS
INSERT INTO pool_log (prefix, epoch, seq, at, line, free, states) SELECT * FROM unnest( CAST($1 AS text[]), CAST($2 AS bigint[]), CAST($3 AS bigint[]), CAST($4 AS timestamptz[]), CAST($5 AS text[]), CAST($6 AS text[]), CAST($7 AS bigint[]) ) ON CONFLICT DO NOTHING;

PREPARE statement (unknown, unknown) AS
INSERT INTO prefix (prefix, office_code) VALUES ($1::VARCHAR COLLATE "C", $2::VARCHAR) ON CONFLICT (prefix) DO UPDATE SET office_code = excluded.office_code;

PREPARE statement (unknown, unknown, unknown, unknown) AS
INSERT INTO prefix (prefix, office_code) VALUES ($1::VARCHAR COLLATE "C", $2::VARCHAR), ($3::VARCHAR COLLATE "C", $4::VARCHAR) ON CONFLICT (prefix) DO UPDATE SET office_code = excluded.office_code;

PREPARE statement (unknown, unknown, unknown, unknown, unknown, unknown) AS
INSERT INTO prefix (prefix, office_code) VALUES ($1::VARCHAR COLLATE "C", $2::VARCHAR), ($3::VARCHAR COLLATE "C", $4::VARCHAR), ($5::VARCHAR COLLATE "C", $6::VARCHAR) ON CONFLICT (prefix) DO UPDATE SET office_code = excluded.office_code;

PREPARE statement (uuid, timestamp with time zone, timestamp with time zone, unknown, unknown, jsonb, jsonb, unknown, timestamp with time zone, bytea, bytea, unknown, bytea, bytea, bytea, unknown, unknown, bytea, bytea, bytea, bytea, bytea, bytea, unknown) AS
INSERT INTO preselection (id, created_at, changed_at, office_code, stage, state, policy, notice_version, notice_agreed_at, owner_hash, party_hash, person_hash, vehicle_hash, transfer_hash, seller_hash, seller_name_masked, party_kind, party_name, party_id, phone, vin, certificate_number, seller, code_id) VALUES ($1::UUID, $2::TIMESTAMP WITH TIME ZONE, $3::TIMESTAMP WITH TIME ZONE, $4::VARCHAR, $5::VARCHAR, $6::JSONB, $7::JSONB, $8::VARCHAR, $9::TIMESTAMP WITH TIME ZONE, $10, $11, $12, $13, $14, $15, $16::VARCHAR, $17::VARCHAR, $18, $19, $20, $21, $22, $23, $24::UUID) ON CONFLICT (id) DO NOTHING;

PREPARE statement (uuid, unknown, unknown, unknown, timestamp with time zone, timestamp with time zone) AS
INSERT INTO segment (id, prefix, template, excluded, released_at, compose_from) VALUES ($1::UUID, $2::VARCHAR COLLATE "C", $3::VARCHAR, $4::TEXT[], $5::TIMESTAMP WITH TIME ZONE, $6::TIMESTAMP WITH TIME ZONE);

PREPARE statement (unknown, bytea, timestamp with time zone) AS
INSERT INTO staff_person (subject, person_hash, seen_at) VALUES ($1::VARCHAR, $2, $3::TIMESTAMP WITH TIME ZONE) ON CONFLICT DO NOTHING;

PREPARE statement (unknown, uuid, unknown, timestamp with time zone, timestamp with time zone, smallint, timestamp with time zone) AS
INSERT INTO text_delivery AS known (key, preselection_id, purpose, ordered_at, give_up_at, attempts, tried_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO UPDATE SET attempts = greatest(known.attempts, excluded.attempts), tried_at = greatest(known.tried_at, excluded.tried_at), give_up_at = greatest(known.give_up_at, excluded.give_up_at) WHERE known.handed_at IS NULL AND known.receipt IS NULL RETURNING xmax <> 0;

PREPARE statement (uuid, unknown, bytea, bytea, unknown, bytea, bytea, timestamp with time zone) AS
INSERT INTO text_message (id, idempotency_key, phone_hash, phone, purpose, text, code, sent_at) VALUES ( $1, $2, $3, $4, $5, $6, CAST($7 AS bytea), $8 ) ON CONFLICT DO NOTHING;

PREPARE statement (uuid, unknown, timestamp with time zone, timestamp with time zone) AS
INSERT INTO waiting_room (id, office_code, opens_at, closes_at) VALUES ($1::UUID, $2::VARCHAR, $3::TIMESTAMP WITH TIME ZONE, $4::TIMESTAMP WITH TIME ZONE);

PREPARE statement (uuid, unknown, unknown, unknown, unknown, timestamp with time zone, unknown) AS
INSERT INTO withholding (id, prefix, plates, reason, kind, withheld_at, withheld_by) VALUES ($1::UUID, $2::VARCHAR COLLATE "C", $3::TEXT[], $4::VARCHAR, $5::VARCHAR, $6::TIMESTAMP WITH TIME ZONE, $7::VARCHAR);

PREPARE statement (smallint, uuid, bytea, bytea, bytea) AS
SELECT $1::INTEGER AS anon_1 FROM blacklist LEFT OUTER JOIN preselection ON preselection.id = blacklist.preselection_id WHERE blacklist.id = $2::UUID AND (blacklist.party_hash IN ($3) OR preselection.person_hash = $4 OR (EXISTS (SELECT * FROM preselection AS preselection_1 WHERE preselection_1.person_hash = $5 AND preselection_1.party_hash = blacklist.party_hash)));

PREPARE statement (smallint, uuid, bytea, bytea, bytea, bytea, smallint) AS
SELECT $1::INTEGER AS anon_1 FROM preselection WHERE preselection.id = $2::UUID AND (preselection.person_hash = $3 OR preselection.party_hash IN ($4) OR preselection.seller_hash IN ($5) OR (EXISTS (SELECT * FROM preselection AS preselection_1 WHERE preselection_1.person_hash = $6 AND preselection_1.party_hash = preselection.party_hash))) LIMIT $7::INTEGER;

PREPARE statement (smallint, unknown, date, unknown, bytea, bytea, bytea, bytea, smallint) AS
SELECT $1::INTEGER AS anon_1 FROM preselection WHERE preselection.stage = $2::VARCHAR AND preselection.visit_by IN ($3::DATE) AND preselection.office_code = $4::VARCHAR AND (preselection.person_hash = $5 OR preselection.party_hash IN ($6) OR preselection.seller_hash IN ($7) OR (EXISTS (SELECT * FROM preselection AS preselection_1 WHERE preselection_1.person_hash = $8 AND preselection_1.party_hash = preselection.party_hash))) LIMIT $9::INTEGER;

PREPARE statement (smallint, unknown, bytea, smallint) AS
SELECT $1::INTEGER AS anon_1 FROM staff_person WHERE staff_person.subject IN ($2::VARCHAR) AND staff_person.person_hash = $3 LIMIT $4::INTEGER;

PREPARE statement (smallint, bytea, smallint) AS
SELECT $1::INTEGER AS anon_1 FROM staff_person WHERE staff_person.subject IN (NULL) AND (1 != 1) AND staff_person.person_hash = $2 LIMIT $3::INTEGER;

PREPARE statement (bytea, smallint, smallint, bytea) AS
SELECT (SELECT count(*) FROM preselection WHERE (vehicle_hash <> $1 AND (octet_length(vehicle_hash) <> $2 OR substr(vehicle_hash, 1, $3) <> $4)) OR (transfer_hash <> $1 AND (octet_length(transfer_hash) <> $2 OR substr(transfer_hash, 1, $3) <> $4)) OR (party_hash <> $1 AND (octet_length(party_hash) <> $2 OR substr(party_hash, 1, $3) <> $4)) OR (owner_hash <> $1 AND (octet_length(owner_hash) <> $2 OR substr(owner_hash, 1, $3) <> $4)) OR (seller_hash <> $1 AND (octet_length(seller_hash) <> $2 OR substr(seller_hash, 1, $3) <> $4))) + (SELECT count(*) FROM blacklist WHERE (party_hash <> $1 AND (octet_length(party_hash) <> $2 OR substr(party_hash, 1, $3) <> $4))) + (SELECT count(*) FROM text_message WHERE (phone_hash <> $1 AND (octet_length(phone_hash) <> $2 OR substr(phone_hash, 1, $3) <> $4))), (SELECT count(*) FROM code WHERE (phone_hash <> $1 AND (octet_length(phone_hash) <> $2 OR substr(phone_hash, 1, $3) <> $4))) + (SELECT count(*) FROM failed_check WHERE (applicant_hash <> $1 AND (octet_length(applicant_hash) <> $2 OR substr(applicant_hash, 1, $3) <> $4))) + (SELECT count(*) FROM idempotency WHERE (caller_hash <> $1 AND (octet_length(caller_hash) <> $2 OR substr(caller_hash, 1, $3) <> $4)));

PREPARE statement AS
SELECT 1;

PREPARE statement (unknown) AS
SELECT 1 FROM pg_database WHERE datname = $1;

PREPARE statement AS
SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) + audit_xact_base();

PREPARE statement AS
SELECT CAST(current_setting('server_version_num') AS int);

PREPARE statement (smallint, unknown, unknown, unknown, timestamp with time zone, smallint, timestamp with time zone, unknown, unknown, timestamp with time zone, timestamp with time zone, smallint, smallint) AS
SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS xmin, (SELECT string_agg(substr(claim.plate, $1::INTEGER), $2::VARCHAR) AS string_agg_1 FROM claim WHERE claim.plate > $3::VARCHAR COLLATE "C" AND claim.plate < $4::VARCHAR COLLATE "C" AND claim.until > $5::TIMESTAMP WITH TIME ZONE) AS serials, (SELECT coalesce(json_agg(json_build_array(anon_1.plate, anon_1.until) ORDER BY anon_1.place), '[]'::json) AS coalesce_1 FROM (SELECT claim.plate AS plate, CAST(EXTRACT(epoch FROM claim.until) * $6::INTEGER AS BIGINT) AS until, row_number() OVER (ORDER BY claim.until) AS place, count(*) FILTER (WHERE claim.until <= $7::TIMESTAMP WITH TIME ZONE) OVER () AS sure FROM claim WHERE claim.plate > $8::VARCHAR COLLATE "C" AND claim.plate < $9::VARCHAR COLLATE "C" AND claim.until > $10::TIMESTAMP WITH TIME ZONE AND claim.until < $11::TIMESTAMP WITH TIME ZONE) AS anon_1 WHERE anon_1.place <= greatest(anon_1.sure, $12::INTEGER) + $13::INTEGER) AS ending;

PREPARE statement (timestamp with time zone, timestamp with time zone) AS
SELECT CAST(released_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day, count(*) FROM segment WHERE released_at > $1 AND released_at <= $2 GROUP BY day;

PREPARE statement (timestamp with time zone) AS
SELECT DISTINCT prefix FROM figure_hour WHERE name = 'pool_free' AND begins = $1;

PREPARE statement (timestamp with time zone, timestamp with time zone) AS
SELECT DISTINCT prefix FROM pool_log WHERE at >= $1 AND at < $2;

PREPARE statement (timestamp with time zone, unknown) AS
SELECT EXISTS ( SELECT FROM claim JOIN draw_record ON draw_record.preselection_id = claim.preselection_id WHERE claim.kind IN ('offered', 'candidate') AND claim.until > $1 AND draw_record.day = $2 AND claim.plate = ANY(draw_record.numbers) );

PREPARE statement (uuid) AS
SELECT appeal.id, appeal.ban_id, appeal.preselection_id, appeal.state, appeal.filed_at, appeal.decide_by, appeal.late_at, appeal.decision, appeal.decision_reason, appeal.decided_at, appeal.decided_by, appeal.confirmed_at, appeal.confirmed_by FROM appeal WHERE appeal.id = $1::UUID;

PREPARE statement (uuid, unknown) AS
SELECT appeal.id, appeal.ban_id, appeal.preselection_id, appeal.state, appeal.filed_at, appeal.decide_by, appeal.late_at, appeal.decision, appeal.decision_reason, appeal.decided_at, appeal.decided_by, appeal.confirmed_at, appeal.confirmed_by FROM appeal WHERE appeal.id = $1::UUID AND appeal.state = $2::VARCHAR AND appeal.decision IS NOT NULL FOR UPDATE;

PREPARE statement (uuid, smallint) AS
SELECT appeal.id, appeal.ban_id, appeal.preselection_id, appeal.state, appeal.filed_at, appeal.decide_by, appeal.late_at, appeal.decision, appeal.decision_reason, appeal.decided_at, appeal.decided_by, appeal.confirmed_at, appeal.confirmed_by FROM appeal WHERE appeal.preselection_id = $1::UUID ORDER BY appeal.filed_at DESC LIMIT $2::INTEGER;

PREPARE statement (smallint) AS
SELECT appeal.id, appeal.ban_id, appeal.preselection_id, appeal.state, appeal.filed_at, appeal.decide_by, appeal.late_at, appeal.decision, appeal.decision_reason, appeal.decided_at, appeal.decided_by, appeal.confirmed_at, appeal.confirmed_by, appeal.reason, blacklist.holder, appeal_attachment.name, appeal_attachment.kind, appeal_attachment.size FROM appeal JOIN blacklist ON blacklist.id = appeal.ban_id LEFT OUTER JOIN appeal_attachment ON appeal_attachment.appeal_id = appeal.id ORDER BY appeal.filed_at DESC, appeal.id DESC LIMIT $1::INTEGER;

PREPARE statement (uuid, smallint) AS
SELECT appeal.id, appeal.ban_id, appeal.preselection_id, appeal.state, appeal.filed_at, appeal.decide_by, appeal.late_at, appeal.decision, appeal.decision_reason, appeal.decided_at, appeal.decided_by, appeal.confirmed_at, appeal.confirmed_by, appeal.reason, blacklist.holder, appeal_attachment.name, appeal_attachment.kind, appeal_attachment.size FROM appeal JOIN blacklist ON blacklist.id = appeal.ban_id LEFT OUTER JOIN appeal_attachment ON appeal_attachment.appeal_id = appeal.id WHERE appeal.id = $1::UUID ORDER BY appeal.filed_at DESC, appeal.id DESC LIMIT $2::INTEGER;

PREPARE statement (unknown, smallint) AS
SELECT appeal.id, appeal.ban_id, appeal.preselection_id, appeal.state, appeal.filed_at, appeal.decide_by, appeal.late_at, appeal.decision, appeal.decision_reason, appeal.decided_at, appeal.decided_by, appeal.confirmed_at, appeal.confirmed_by, appeal.reason, blacklist.holder, appeal_attachment.name, appeal_attachment.kind, appeal_attachment.size FROM appeal JOIN blacklist ON blacklist.id = appeal.ban_id LEFT OUTER JOIN appeal_attachment ON appeal_attachment.appeal_id = appeal.id WHERE appeal.state = $1::VARCHAR ORDER BY appeal.filed_at DESC, appeal.id DESC LIMIT $2::INTEGER;

PREPARE statement (uuid, smallint) AS
SELECT appeal.id, appeal.filed_at, appeal.state, appeal.decision_reason, appeal.confirmed_at, appeal.reason FROM appeal WHERE appeal.preselection_id IN ($1::UUID) ORDER BY appeal.filed_at LIMIT $2::INTEGER;

PREPARE statement (smallint, smallint, bytea, smallint) AS
SELECT appeal.id, appeal.reason FROM appeal WHERE substr(appeal.reason, $1::INTEGER, $2::INTEGER) != $3 ORDER BY appeal.id LIMIT $4::INTEGER;

PREPARE statement (unknown, timestamp with time zone, smallint) AS
SELECT appeal.id, appeal.state, preselection.office_code FROM appeal JOIN preselection ON preselection.id = appeal.preselection_id WHERE appeal.state = $1::VARCHAR OR appeal.confirmed_at >= $2::TIMESTAMP WITH TIME ZONE ORDER BY appeal.decide_by LIMIT $3::INTEGER;

PREPARE statement (smallint, smallint, bytea, smallint, smallint, bytea, smallint) AS
SELECT appeal_attachment.appeal_id, appeal_attachment.name, appeal_attachment.content FROM appeal_attachment WHERE substr(appeal_attachment.name, $1::INTEGER, $2::INTEGER) != $3 OR substr(appeal_attachment.content, $4::INTEGER, $5::INTEGER) != $6 ORDER BY appeal_attachment.appeal_id LIMIT $7::INTEGER;

PREPARE statement (uuid) AS
SELECT appeal_attachment.name, appeal_attachment.content, appeal_attachment.kind, appeal_attachment.size FROM appeal_attachment WHERE appeal_attachment.appeal_id = $1::UUID;

PREPARE statement (uuid, uuid) AS
SELECT at, answer FROM decision WHERE request_id = $1 OR request_id = $2 AND action = 'restart_batch' ORDER BY at DESC LIMIT 1;

PREPARE statement (smallint, bytea[], unknown, uuid) AS
SELECT attempts >= $1 FROM code WHERE subject_hash = ANY($2) AND purpose = $3 AND preselection_id IS NOT DISTINCT FROM CAST($4 AS uuid) AND sent_at IS NOT NULL AND used_at IS NULL AND replaced_at IS NULL;

PREPARE statement (unknown, unknown, unknown, unknown, timestamp with time zone, timestamp with time zone, smallint) AS
SELECT audit.actor, preselection.office_code, count(*) FILTER (WHERE audit.action = $1::VARCHAR) AS anon_1, count(*) FILTER (WHERE audit.action = $2::VARCHAR) AS anon_2, count(*) FILTER (WHERE audit.action = $3::VARCHAR) AS anon_3, min(audit.at) AS min_1, max(audit.at) AS max_1 FROM audit JOIN preselection ON preselection.id = audit.preselection_id WHERE audit.actor_kind = $4::VARCHAR AND audit.at >= $5::TIMESTAMP WITH TIME ZONE AND audit.at < $6::TIMESTAMP WITH TIME ZONE GROUP BY audit.actor, preselection.office_code ORDER BY count(*) FILTER (WHERE audit.action = $2::VARCHAR) DESC, count(*) FILTER (WHERE audit.action = $1::VARCHAR) DESC, audit.actor LIMIT $7::INTEGER;

PREPARE statement (unknown, unknown, unknown, unknown, unknown, unknown, unknown, timestamp with time zone, timestamp with time zone, smallint) AS
SELECT audit.actor_kind, audit.actor, count(*) AS count_1 FROM audit WHERE audit.action IN ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR) AND audit.actor IS NOT NULL AND audit.at >= $8::TIMESTAMP WITH TIME ZONE AND audit.at < $9::TIMESTAMP WITH TIME ZONE GROUP BY audit.actor_kind, audit.actor ORDER BY count(*) DESC, audit.actor LIMIT $10::INTEGER;

PREPARE statement (uuid, smallint) AS
SELECT audit.at FROM audit WHERE audit.preselection_id = $1::UUID AND audit.action = 'inspect_voucher' ORDER BY audit.at DESC LIMIT $2::INTEGER;

PREPARE statement (unknown, timestamp with time zone, timestamp with time zone, unknown, unknown, unknown, smallint) AS
SELECT audit.at, audit.actor, audit.action, preselection.office_code, audit.preselection_id, audit.request_id, audit.plates FROM audit JOIN preselection ON preselection.id = audit.preselection_id WHERE audit.actor_kind = $1::VARCHAR AND audit.at >= $2::TIMESTAMP WITH TIME ZONE AND audit.at < $3::TIMESTAMP WITH TIME ZONE AND audit.action IN ($4::VARCHAR, $5::VARCHAR) AND audit.actor = $6::VARCHAR ORDER BY audit.at DESC, audit.id DESC LIMIT $7::INTEGER;

PREPARE statement (unknown, timestamp with time zone, timestamp with time zone, unknown, unknown, smallint) AS
SELECT audit.at, audit.actor, audit.action, preselection.office_code, audit.preselection_id, audit.request_id, audit.plates FROM audit JOIN preselection ON preselection.id = audit.preselection_id WHERE audit.actor_kind = $1::VARCHAR AND audit.at >= $2::TIMESTAMP WITH TIME ZONE AND audit.at < $3::TIMESTAMP WITH TIME ZONE AND audit.action IN ($4::VARCHAR, $5::VARCHAR) ORDER BY audit.at DESC, audit.id DESC LIMIT $6::INTEGER;

PREPARE statement (uuid, smallint) AS
SELECT audit.at, audit.actor_kind, audit.action, audit.plates, audit.preselection_id FROM audit WHERE audit.preselection_id IN ($1::UUID) ORDER BY audit.at, audit.id LIMIT $2::INTEGER;

PREPARE statement (unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown, timestamp with time zone, timestamp with time zone, timestamp with time zone, smallint, smallint) AS
SELECT audit.id, audit.at, audit.actor_kind, audit.actor, audit.action, audit.preselection_id, audit.request_id, audit.plates, audit.facts FROM audit WHERE audit.action IN ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR) AND audit.at >= $9::TIMESTAMP WITH TIME ZONE AND audit.at < $10::TIMESTAMP WITH TIME ZONE AND (audit.at, audit.id) < ($11::TIMESTAMP WITH TIME ZONE, $12::BIGINT) ORDER BY audit.at DESC, audit.id DESC LIMIT $13::INTEGER;

PREPARE statement (unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown, timestamp with time zone, timestamp with time zone, smallint) AS
SELECT audit.id, audit.at, audit.actor_kind, audit.actor, audit.action, audit.preselection_id, audit.request_id, audit.plates, audit.facts FROM audit WHERE audit.action IN ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::VARCHAR, $10::VARCHAR) AND audit.at >= $11::TIMESTAMP WITH TIME ZONE AND audit.at < $12::TIMESTAMP WITH TIME ZONE ORDER BY audit.at DESC, audit.id DESC LIMIT $13::INTEGER;

PREPARE statement (unknown, timestamp with time zone, timestamp with time zone, timestamp with time zone, smallint, smallint) AS
SELECT audit.id, audit.at, audit.actor_kind, audit.actor, audit.action, audit.preselection_id, audit.request_id, audit.plates, audit.facts FROM audit WHERE audit.actor_kind = $1::VARCHAR AND audit.at >= $2::TIMESTAMP WITH TIME ZONE AND audit.at < $3::TIMESTAMP WITH TIME ZONE AND (audit.at, audit.id) < ($4::TIMESTAMP WITH TIME ZONE, $5::BIGINT) ORDER BY audit.at DESC, audit.id DESC LIMIT $6::INTEGER;

PREPARE statement (unknown, timestamp with time zone, timestamp with time zone, smallint) AS
SELECT audit.id, audit.at, audit.actor_kind, audit.actor, audit.action, audit.preselection_id, audit.request_id, audit.plates, audit.facts FROM audit WHERE audit.actor_kind = $1::VARCHAR AND audit.at >= $2::TIMESTAMP WITH TIME ZONE AND audit.at < $3::TIMESTAMP WITH TIME ZONE ORDER BY audit.at DESC, audit.id DESC LIMIT $4::INTEGER;

PREPARE statement (timestamp with time zone, timestamp with time zone, unknown, uuid, smallint) AS
SELECT audit.id, audit.at, audit.actor_kind, audit.actor, audit.action, audit.preselection_id, audit.request_id, audit.plates, audit.facts FROM audit WHERE audit.at >= $1::TIMESTAMP WITH TIME ZONE AND audit.at < $2::TIMESTAMP WITH TIME ZONE AND audit.action = $3::VARCHAR AND audit.preselection_id = $4::UUID ORDER BY audit.at, audit.id LIMIT $5::INTEGER;

PREPARE statement (timestamp with time zone, timestamp with time zone, unknown, smallint) AS
SELECT audit.id, audit.at, audit.actor_kind, audit.actor, audit.action, audit.preselection_id, audit.request_id, audit.plates, audit.facts FROM audit WHERE audit.at >= $1::TIMESTAMP WITH TIME ZONE AND audit.at < $2::TIMESTAMP WITH TIME ZONE AND audit.action = $3::VARCHAR ORDER BY audit.at, audit.id LIMIT $4::INTEGER;

PREPARE statement (timestamp with time zone, timestamp with time zone, unknown, uuid, smallint) AS
SELECT audit.id, audit.at, audit.actor_kind, audit.actor, audit.action, audit.preselection_id, audit.request_id, audit.plates, audit.facts FROM audit WHERE audit.at >= $1::TIMESTAMP WITH TIME ZONE AND audit.at < $2::TIMESTAMP WITH TIME ZONE AND audit.actor = $3::VARCHAR AND audit.preselection_id = $4::UUID ORDER BY audit.at, audit.id LIMIT $5::INTEGER;

PREPARE statement (timestamp with time zone, timestamp with time zone, unknown, smallint) AS
SELECT audit.id, audit.at, audit.actor_kind, audit.actor, audit.action, audit.preselection_id, audit.request_id, audit.plates, audit.facts FROM audit WHERE audit.at >= $1::TIMESTAMP WITH TIME ZONE AND audit.at < $2::TIMESTAMP WITH TIME ZONE AND audit.actor = $3::VARCHAR ORDER BY audit.at, audit.id LIMIT $4::INTEGER;

PREPARE statement (timestamp with time zone, timestamp with time zone, uuid, smallint) AS
SELECT audit.id, audit.at, audit.actor_kind, audit.actor, audit.action, audit.preselection_id, audit.request_id, audit.plates, audit.facts FROM audit WHERE audit.at >= $1::TIMESTAMP WITH TIME ZONE AND audit.at < $2::TIMESTAMP WITH TIME ZONE AND audit.preselection_id = $3::UUID ORDER BY audit.at, audit.id LIMIT $4::INTEGER;

PREPARE statement (timestamp with time zone, timestamp with time zone, smallint) AS
SELECT audit.id, audit.at, audit.actor_kind, audit.actor, audit.action, audit.preselection_id, audit.request_id, audit.plates, audit.facts FROM audit WHERE audit.at >= $1::TIMESTAMP WITH TIME ZONE AND audit.at < $2::TIMESTAMP WITH TIME ZONE ORDER BY audit.at, audit.id LIMIT $3::INTEGER;

PREPARE statement AS
SELECT audit_seal.number, audit_seal.sealed_at, audit_seal.from_xact, audit_seal.to_xact, audit_seal.count, audit_seal.previous, audit_seal.digest FROM audit_seal ORDER BY audit_seal.number;

PREPARE statement (smallint) AS
SELECT audit_seal.number, audit_seal.sealed_at, audit_seal.from_xact, audit_seal.to_xact, audit_seal.count, audit_seal.previous, audit_seal.digest FROM audit_seal ORDER BY audit_seal.number DESC LIMIT $1::INTEGER;

PREPARE statement (smallint, smallint) AS
SELECT audit_seal.number, audit_seal.sealed_at, audit_seal.from_xact, audit_seal.to_xact, audit_seal.count, audit_seal.previous, audit_seal.digest FROM audit_seal WHERE audit_seal.number >= $1::BIGINT ORDER BY audit_seal.number LIMIT $2::INTEGER;

PREPARE statement (bytea, timestamp with time zone, smallint) AS
SELECT blacklist.id FROM blacklist WHERE blacklist.party_hash IN ($1) AND blacklist.until >= $2::TIMESTAMP WITH TIME ZONE LIMIT $3::INTEGER;

PREPARE statement (smallint, smallint, bytea, uuid, smallint) AS
SELECT blacklist.id, blacklist.holder FROM blacklist WHERE substr(blacklist.holder, $1::INTEGER, $2::INTEGER) != $3 AND (blacklist.id) > ($4::UUID) ORDER BY blacklist.id LIMIT $5::INTEGER;

PREPARE statement (smallint, smallint, bytea, smallint) AS
SELECT blacklist.id, blacklist.holder FROM blacklist WHERE substr(blacklist.holder, $1::INTEGER, $2::INTEGER) != $3 ORDER BY blacklist.id LIMIT $4::INTEGER;

PREPARE statement (smallint) AS
SELECT blacklist.id, blacklist.holder, blacklist.since, blacklist.until, blacklist.preselection_id, blacklist.released_at, blacklist.released_by, blacklist.release_reason, blacklist.confirmed_by, blacklist.confirmed_at FROM blacklist ORDER BY blacklist.since DESC, blacklist.id DESC LIMIT $1::INTEGER;

PREPARE statement (timestamp with time zone, uuid, smallint) AS
SELECT blacklist.id, blacklist.holder, blacklist.since, blacklist.until, blacklist.preselection_id, blacklist.released_at, blacklist.released_by, blacklist.release_reason, blacklist.confirmed_by, blacklist.confirmed_at FROM blacklist WHERE (blacklist.since, blacklist.id) < ($1::TIMESTAMP WITH TIME ZONE, $2::UUID) ORDER BY blacklist.since DESC, blacklist.id DESC LIMIT $3::INTEGER;

PREPARE statement (uuid, smallint) AS
SELECT blacklist.id, blacklist.holder, blacklist.since, blacklist.until, blacklist.preselection_id, blacklist.released_at, blacklist.released_by, blacklist.release_reason, blacklist.confirmed_by, blacklist.confirmed_at FROM blacklist WHERE blacklist.id = $1::UUID ORDER BY blacklist.since DESC, blacklist.id DESC LIMIT $2::INTEGER;

PREPARE statement (bytea, smallint) AS
SELECT blacklist.id, blacklist.holder, blacklist.since, blacklist.until, blacklist.preselection_id, blacklist.released_at, blacklist.released_by, blacklist.release_reason, blacklist.confirmed_by, blacklist.confirmed_at FROM blacklist WHERE blacklist.party_hash IN ($1) ORDER BY blacklist.since DESC, blacklist.id DESC LIMIT $2::INTEGER;

PREPARE statement (uuid, smallint) AS
SELECT blacklist.id, blacklist.holder, blacklist.since, blacklist.until, blacklist.preselection_id, blacklist.released_at, blacklist.released_by, blacklist.release_reason, blacklist.confirmed_by, blacklist.confirmed_at FROM blacklist WHERE blacklist.preselection_id = $1::UUID ORDER BY blacklist.since DESC, blacklist.id DESC LIMIT $2::INTEGER;

PREPARE statement (smallint) AS
SELECT blacklist.id, blacklist.holder, blacklist.since, blacklist.until, blacklist.preselection_id, blacklist.released_at, blacklist.released_by, blacklist.release_reason, blacklist.confirmed_by, blacklist.confirmed_at FROM blacklist WHERE blacklist.released_by IS NOT NULL AND blacklist.confirmed_at IS NULL ORDER BY blacklist.since DESC, blacklist.id DESC LIMIT $1::INTEGER;

PREPARE statement (timestamp with time zone, timestamp with time zone, smallint) AS
SELECT blacklist.id, blacklist.holder, blacklist.since, blacklist.until, blacklist.preselection_id, blacklist.released_at, blacklist.released_by, blacklist.release_reason, blacklist.confirmed_by, blacklist.confirmed_at FROM blacklist WHERE blacklist.released_by IS NOT NULL AND blacklist.released_at >= $1::TIMESTAMP WITH TIME ZONE AND blacklist.released_at < $2::TIMESTAMP WITH TIME ZONE ORDER BY blacklist.since DESC, blacklist.id DESC LIMIT $3::INTEGER;

PREPARE statement (uuid) AS
SELECT blacklist.id, blacklist.party_hash, blacklist.preselection_id, blacklist.since, blacklist.until, blacklist.released_at FROM blacklist WHERE blacklist.id = $1::UUID;

PREPARE statement (uuid, bytea, timestamp with time zone, timestamp with time zone, smallint) AS
SELECT blacklist.id, blacklist.party_hash, blacklist.preselection_id, blacklist.since, blacklist.until, blacklist.released_at FROM blacklist WHERE blacklist.id = $1::UUID OR blacklist.party_hash = $2 AND blacklist.since <= $3::TIMESTAMP WITH TIME ZONE AND blacklist.until >= $4::TIMESTAMP WITH TIME ZONE LIMIT $5::INTEGER;

PREPARE statement (bytea, timestamp with time zone, timestamp with time zone, smallint) AS
SELECT blacklist.id, blacklist.party_hash, blacklist.preselection_id, blacklist.since, blacklist.until, blacklist.released_at FROM blacklist WHERE blacklist.party_hash IN ($1) AND blacklist.since <= $2::TIMESTAMP WITH TIME ZONE AND blacklist.until > $3::TIMESTAMP WITH TIME ZONE ORDER BY blacklist.since DESC LIMIT $4::INTEGER;

PREPARE statement (uuid, uuid, uuid, smallint) AS
SELECT blacklist.id, blacklist.preselection_id, blacklist.until, preselection.office_code FROM blacklist JOIN preselection ON preselection.id = blacklist.preselection_id WHERE blacklist.released_at IS NULL AND blacklist.id IN ($1::UUID, $2::UUID, $3::UUID) ORDER BY blacklist.until LIMIT $4::INTEGER;

PREPARE statement (smallint) AS
SELECT blacklist.id, blacklist.preselection_id, blacklist.until, preselection.office_code FROM blacklist JOIN preselection ON preselection.id = blacklist.preselection_id WHERE blacklist.released_at IS NULL AND blacklist.id IN (NULL) AND (1 != 1) ORDER BY blacklist.until LIMIT $1::INTEGER;

PREPARE statement (timestamp with time zone, smallint) AS
SELECT blacklist.id, blacklist.preselection_id, blacklist.until, preselection.office_code FROM blacklist JOIN preselection ON preselection.id = blacklist.preselection_id WHERE blacklist.released_at IS NULL AND blacklist.until < $1::TIMESTAMP WITH TIME ZONE ORDER BY blacklist.until LIMIT $2::INTEGER;

PREPARE statement (bytea, smallint) AS
SELECT blacklist.id, blacklist.since, blacklist.until, blacklist.released_at, blacklist.preselection_id, blacklist.holder FROM blacklist WHERE blacklist.party_hash IN ($1) ORDER BY blacklist.since LIMIT $2::INTEGER;

PREPARE statement (uuid) AS
SELECT blacklist.released_by, blacklist.preselection_id FROM blacklist WHERE blacklist.id = $1::UUID AND blacklist.released_by IS NOT NULL AND blacklist.confirmed_at IS NULL FOR UPDATE;

PREPARE statement (bytea) AS
SELECT blacklist.until FROM blacklist WHERE blacklist.party_hash = $1 AND blacklist.released_at IS NULL FOR UPDATE;

PREPARE statement (bytea, unknown, uuid) AS
SELECT body_digest, status, answer FROM idempotency WHERE caller_hash = $1 AND path = $2 AND key = $3;

PREPARE statement (unknown, date, date) AS
SELECT calendar_day.day, calendar_day.kind, calendar_day.office_code FROM calendar_day WHERE (calendar_day.office_code IS NULL OR calendar_day.office_code = $1::VARCHAR) AND calendar_day.day BETWEEN $2::DATE AND $3::DATE ORDER BY calendar_day.day, calendar_day.office_code NULLS FIRST;

PREPARE statement (date, date) AS
SELECT calendar_day.day, calendar_day.kind, calendar_day.office_code FROM calendar_day WHERE (calendar_day.office_code IS NULL OR calendar_day.office_code IS NULL) AND calendar_day.day BETWEEN $1::DATE AND $2::DATE ORDER BY calendar_day.day, calendar_day.office_code NULLS FIRST;

PREPARE statement (smallint) AS
SELECT calendar_year.year FROM calendar_year WHERE calendar_year.year = $1::INTEGER AND calendar_year.official;

PREPARE statement (unknown, unknown, timestamp with time zone, timestamp with time zone, unknown) AS
SELECT claim.plate, claim.until FROM claim WHERE claim.plate > $1::VARCHAR COLLATE "C" AND claim.plate < $2::VARCHAR COLLATE "C" AND claim.until > $3::TIMESTAMP WITH TIME ZONE AND claim.changed_at >= $4::TIMESTAMP WITH TIME ZONE AND age(claim.xmin) <= age(CAST(CAST($5::VARCHAR AS xid8) AS xid));

PREPARE statement (unknown, timestamp with time zone) AS
SELECT claim.preselection_id FROM claim WHERE claim.plate = $1::VARCHAR COLLATE "C" AND claim.until > $2::TIMESTAMP WITH TIME ZONE;

PREPARE statement (uuid, timestamp with time zone, unknown, unknown) AS
SELECT claim.preselection_id FROM claim WHERE claim.preselection_id IN ($1::UUID) AND claim.until > $2::TIMESTAMP WITH TIME ZONE AND claim.kind IN ($3::VARCHAR, $4::VARCHAR);

PREPARE statement AS
SELECT clock_timestamp();

PREPARE statement (smallint, unknown, unknown, unknown, timestamp with time zone) AS
SELECT coalesce(json_object_agg(anon_1.kind, anon_1.serials), '{}'::json) AS serials FROM (SELECT claim.kind AS kind, string_agg(substr(claim.plate, $1::INTEGER), $2::VARCHAR) AS serials FROM claim WHERE claim.plate > $3::VARCHAR COLLATE "C" AND claim.plate < $4::VARCHAR COLLATE "C" AND claim.until > $5::TIMESTAMP WITH TIME ZONE GROUP BY claim.kind) AS anon_1;

PREPARE statement (unknown) AS
SELECT code, name, address, province, ARRAY(SELECT prefix FROM prefix WHERE office_code = office.code ORDER BY prefix), policy, ARRAY( SELECT jsonb_build_array(effective_from, overrides) FROM office_policy WHERE office_code = office.code AND confirmed_at IS NOT NULL ORDER BY effective_from, confirmed_at, id ), names, hours, telephone FROM office WHERE CAST($1 AS text) IS NULL OR code = $1 ORDER BY code;

PREPARE statement (smallint, smallint, bytea) AS
SELECT count(*) AS count_1 FROM appeal WHERE substr(appeal.reason, $1::INTEGER, $2::INTEGER) = $3;

PREPARE statement (smallint, smallint, bytea, smallint, smallint, bytea) AS
SELECT count(*) AS count_1 FROM appeal_attachment WHERE substr(appeal_attachment.name, $1::INTEGER, $2::INTEGER) = $3 OR substr(appeal_attachment.content, $4::INTEGER, $5::INTEGER) = $6;

PREPARE statement (unknown, timestamp with time zone, timestamp with time zone, unknown, unknown) AS
SELECT count(*) AS count_1 FROM audit WHERE audit.action = $1::VARCHAR AND audit.at >= $2::TIMESTAMP WITH TIME ZONE AND audit.at < $3::TIMESTAMP WITH TIME ZONE AND (audit.facts ->> $4::TEXT) = $5::VARCHAR;

PREPARE statement (unknown, timestamp with time zone, timestamp with time zone, unknown, unknown, unknown, unknown, unknown, unknown, unknown) AS
SELECT count(*) AS count_1 FROM audit WHERE audit.actor = $1::VARCHAR AND audit.at >= $2::TIMESTAMP WITH TIME ZONE AND audit.at < $3::TIMESTAMP WITH TIME ZONE AND audit.action IN ($4::VARCHAR, $5::VARCHAR, $6::VARCHAR, $7::VARCHAR, $8::VARCHAR, $9::VARCHAR, $10::VARCHAR);

PREPARE statement (smallint) AS
SELECT count(*) AS count_1 FROM audit WHERE audit.xact >= $1::BIGINT;

PREPARE statement (smallint, smallint, bytea) AS
SELECT count(*) AS count_1 FROM blacklist WHERE substr(blacklist.holder, $1::INTEGER, $2::INTEGER) = $3;

PREPARE statement (smallint, smallint, bytea) AS
SELECT count(*) AS count_1 FROM desk_reason WHERE substr(desk_reason.reason, $1::INTEGER, $2::INTEGER) = $3;

PREPARE statement (bytea) AS
SELECT count(*) AS count_1 FROM failed_check WHERE failed_check.applicant_hash IN ($1);

PREPARE statement (bytea, timestamp with time zone) AS
SELECT count(*) AS count_1 FROM failed_check WHERE failed_check.applicant_hash IN ($1) AND failed_check.at >= $2::TIMESTAMP WITH TIME ZONE;

PREPARE statement (smallint, smallint, bytea) AS
SELECT count(*) AS count_1 FROM idempotency WHERE substr(idempotency.answer, $1::INTEGER, $2::INTEGER) = $3;

PREPARE statement (smallint, smallint, bytea, smallint, smallint, bytea, smallint, smallint, bytea, smallint, smallint, bytea, smallint, smallint, bytea, smallint, smallint, bytea) AS
SELECT count(*) AS count_1 FROM preselection WHERE substr(preselection.party_name, $1::INTEGER, $2::INTEGER) = $3 OR substr(preselection.party_id, $4::INTEGER, $5::INTEGER) = $6 OR substr(preselection.phone, $7::INTEGER, $8::INTEGER) = $9 OR substr(preselection.vin, $10::INTEGER, $11::INTEGER) = $12 OR substr(preselection.certificate_number, $13::INTEGER, $14::INTEGER) = $15 OR substr(preselection.seller, $16::INTEGER, $17::INTEGER) = $18;

PREPARE statement (smallint, smallint, bytea, smallint, smallint, bytea, smallint, smallint, bytea) AS
SELECT count(*) AS count_1 FROM text_message WHERE substr(text_message.phone, $1::INTEGER, $2::INTEGER) = $3 OR substr(text_message.text, $4::INTEGER, $5::INTEGER) = $6 OR substr(text_message.code, $7::INTEGER, $8::INTEGER) = $9;

PREPARE statement (unknown, unknown, timestamp with time zone, unknown, date) AS
SELECT count(*) AS count_1, count(*) FILTER (WHERE preselection.stage = $1::VARCHAR OR preselection.stage = $2::VARCHAR AND preselection.deadline <= $3::TIMESTAMP WITH TIME ZONE) AS anon_1 FROM preselection WHERE preselection.office_code = $4::VARCHAR AND preselection.visit_by = $5::DATE AND preselection.plate IS NOT NULL;

PREPARE statement (bytea[], timestamp with time zone, bytea[], timestamp with time zone, uuid) AS
SELECT count(*) FILTER (WHERE applicant_hash = ANY($1) AND "at" >= $2), count(*) FILTER (WHERE applicant_hash = ANY($3) AND "at" > $4) FROM failed_check WHERE applicant_hash = ANY(CAST($1 AS bytea[]) || CAST($3 AS bytea[])) AND id <> $5;

PREPARE statement (unknown, unknown, timestamp with time zone, timestamp with time zone, unknown, unknown) AS
SELECT count(*) FILTER (WHERE audit.action = $1::VARCHAR) AS anon_1, count(*) FILTER (WHERE audit.action = $2::VARCHAR) AS anon_2 FROM audit JOIN preselection ON preselection.id = audit.preselection_id WHERE audit.action IN ('register', 'reject') AND audit.at >= $3::TIMESTAMP WITH TIME ZONE AND audit.at < $4::TIMESTAMP WITH TIME ZONE AND preselection.office_code = $5::VARCHAR AND audit.actor_kind = $6::VARCHAR;

PREPARE statement (timestamp with time zone, timestamp with time zone) AS
SELECT count(*) FILTER (WHERE handed_at IS NOT NULL AND receipt IS NULL), count(*) FILTER (WHERE handed_at IS NULL AND receipt IS NULL AND give_up_at > $1), count(*) FILTER (WHERE handed_at IS NULL AND receipt IS NULL AND give_up_at <= $1), count(*) FILTER (WHERE receipt = 'delivered'), count(*) FILTER (WHERE receipt = 'failed') FROM text_delivery WHERE ordered_at > $2;

PREPARE statement (timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone) AS
SELECT count(*) FILTER (WHERE text_delivery.give_up_at > $1::TIMESTAMP WITH TIME ZONE AND text_delivery.ordered_at <= $2::TIMESTAMP WITH TIME ZONE) AS anon_1, count(*) FILTER (WHERE text_delivery.give_up_at <= $3::TIMESTAMP WITH TIME ZONE AND text_delivery.give_up_at > $4::TIMESTAMP WITH TIME ZONE) AS anon_2 FROM text_delivery WHERE text_delivery.handed_at IS NULL AND text_delivery.receipt IS NULL;

PREPARE statement (smallint, smallint, integer) AS
SELECT count(*), min(xact), max(xact) FROM ( SELECT xact FROM audit WHERE xact >= $1 AND xact < $2 ORDER BY xact, id LIMIT $3 + 1 ) AS coming;

PREPARE statement AS
SELECT counted_until FROM figure_mark;

PREPARE statement (unknown) AS
SELECT day, kind, CAST(NULL AS int) AS official_year, office_code FROM calendar_day WHERE office_code IS NULL OR office_code = $1 UNION ALL SELECT NULL, NULL, year, NULL FROM calendar_year WHERE official ORDER BY office_code NULLS FIRST;

PREPARE statement (uuid, smallint) AS
SELECT desk_reason.at, desk_reason.reason FROM desk_reason WHERE desk_reason.preselection_id IN ($1::UUID) ORDER BY desk_reason.at LIMIT $2::INTEGER;

PREPARE statement (uuid) AS
SELECT desk_reason.request_id, desk_reason.preselection_id, desk_reason.clerk, desk_reason.reason, desk_reason.at FROM desk_reason WHERE desk_reason.preselection_id = $1::UUID ORDER BY desk_reason.at;

PREPARE statement (smallint, smallint, bytea, uuid, smallint) AS
SELECT desk_reason.request_id, desk_reason.reason FROM desk_reason WHERE substr(desk_reason.reason, $1::INTEGER, $2::INTEGER) != $3 AND (desk_reason.request_id) > ($4::UUID) ORDER BY desk_reason.request_id LIMIT $5::INTEGER;

PREPARE statement (smallint, smallint, bytea, smallint) AS
SELECT desk_reason.request_id, desk_reason.reason FROM desk_reason WHERE substr(desk_reason.reason, $1::INTEGER, $2::INTEGER) != $3 ORDER BY desk_reason.request_id LIMIT $4::INTEGER;

PREPARE statement (unknown, unknown) AS
SELECT digest, content FROM pool_bitmap WHERE prefix = $1 AND digest = ANY($2);

PREPARE statement (unknown, timestamp with time zone, timestamp with time zone) AS
SELECT draw_id, preselection_id, draws_left, at, nonce, nonce_by, without_four, numbers, rounds, skipped FROM draw_record WHERE day = $1 AND at >= $2 AND at < $3 ORDER BY at, draw_id;

PREPARE statement (uuid) AS
SELECT draw_record.draw_id, draw_record.day, draw_record.nonce, draw_record.nonce_by, draw_record.at, draw_record.numbers FROM draw_record WHERE draw_record.preselection_id = $1::UUID ORDER BY draw_record.at, draw_record.draws_left DESC;

PREPARE statement (timestamp with time zone) AS
SELECT ended_session.name, ended_session.ended_at, ended_session.until FROM ended_session WHERE ended_session.until > $1::TIMESTAMP WITH TIME ZONE;

PREPARE statement (unknown, timestamp with time zone) AS
SELECT entry.prefix FROM unnest(CAST($1 AS text[])) AS entry (prefix) WHERE EXISTS ( SELECT FROM claim WHERE until > $2 AND plate >= entry.prefix COLLATE "C" AND plate < (entry.prefix || '~') COLLATE "C" ) ORDER BY 1;

PREPARE statement (unknown, bigint, smallint) AS
SELECT epoch, states, free FROM pool_log WHERE prefix = $1 AND free IS NOT NULL AND (epoch, states) < ($2::bigint, $3::bigint) ORDER BY epoch DESC, seq DESC LIMIT 1;

PREPARE statement (unknown) AS
SELECT epoch, states, free FROM pool_log WHERE prefix = $1 AND free IS NOT NULL ORDER BY epoch, seq LIMIT 1;

PREPARE statement (bytea[], unknown, unknown, timestamp with time zone) AS
SELECT expires_at FROM code WHERE subject_hash = ANY($1) AND purpose = $2 AND preselection_id IS NOT DISTINCT FROM CAST($3 AS uuid) AND sent_at IS NOT NULL AND used_at IS NULL AND replaced_at IS NULL AND expires_at > $4;

PREPARE statement (smallint) AS
SELECT fairness_day.day, fairness_day.begins, fairness_day.ends, fairness_day.commitment, fairness_day.committed_at, fairness_day.revealed_at, fairness_day.draws, fairness_day.verified, fairness_day.key_id, fairness_day.report FROM fairness_day ORDER BY fairness_day.begins DESC LIMIT $1::INTEGER;

PREPARE statement (timestamp with time zone, smallint) AS
SELECT fairness_day.day, fairness_day.begins, fairness_day.ends, fairness_day.commitment, fairness_day.committed_at, fairness_day.revealed_at, fairness_day.draws, fairness_day.verified, fairness_day.key_id, fairness_day.report FROM fairness_day WHERE fairness_day.begins < $1::TIMESTAMP WITH TIME ZONE ORDER BY fairness_day.begins DESC LIMIT $2::INTEGER;

PREPARE statement (unknown) AS
SELECT fairness_day.day, fairness_day.begins, fairness_day.ends, fairness_day.commitment, fairness_day.committed_at, fairness_day.revealed_at, fairness_day.draws, fairness_day.verified, fairness_day.key_id, fairness_day.report FROM fairness_day WHERE fairness_day.day = $1::VARCHAR;

PREPARE statement (timestamp with time zone, timestamp with time zone, smallint) AS
SELECT fairness_day.day, fairness_day.begins, fairness_day.ends, fairness_day.commitment, fairness_day.committed_at, fairness_day.revealed_at, fairness_day.draws, fairness_day.verified, fairness_day.key_id, fairness_day.report FROM fairness_day WHERE fairness_day.ends > $1::TIMESTAMP WITH TIME ZONE AND fairness_day.begins < $2::TIMESTAMP WITH TIME ZONE ORDER BY fairness_day.begins DESC LIMIT $3::INTEGER;

PREPARE statement (timestamp with time zone, smallint) AS
SELECT fairness_day.day, fairness_day.begins, fairness_day.ends, fairness_day.commitment, fairness_day.committed_at, fairness_day.revealed_at, fairness_day.draws, fairness_day.verified, fairness_day.key_id, fairness_day.report FROM fairness_day WHERE fairness_day.ends > $1::TIMESTAMP WITH TIME ZONE ORDER BY fairness_day.begins DESC LIMIT $2::INTEGER;

PREPARE statement (timestamp with time zone, smallint) AS
SELECT fairness_day.day, fairness_day.begins, fairness_day.ends, fairness_day.commitment, fairness_day.committed_at, fairness_day.revealed_at, fairness_day.draws, fairness_day.verified, fairness_day.key_id, fairness_day.report FROM fairness_day WHERE fairness_day.revealed_at IS NULL AND fairness_day.ends <= $1::TIMESTAMP WITH TIME ZONE ORDER BY fairness_day.begins LIMIT $2::INTEGER;

PREPARE statement (smallint) AS
SELECT fairness_day.report FROM fairness_day WHERE fairness_day.revealed_at IS NOT NULL ORDER BY fairness_day.begins DESC LIMIT $1::INTEGER;

PREPARE statement (unknown, unknown) AS
SELECT fairness_file.content FROM fairness_file WHERE fairness_file.day = $1::VARCHAR AND fairness_file.name = $2::VARCHAR;

PREPARE statement (unknown) AS
SELECT fairness_file.name, fairness_file.sha256 FROM fairness_file WHERE fairness_file.day = $1::VARCHAR ORDER BY fairness_file.name;

PREPARE statement (unknown, date, date, unknown) AS
SELECT figure_day.detail, figure_day.day, CAST(sum(figure_day.value) AS BIGINT) AS sum_1 FROM figure_day WHERE figure_day.name = $1::VARCHAR AND figure_day.day BETWEEN $2::DATE AND $3::DATE AND figure_day.prefix = $4::VARCHAR COLLATE "C" GROUP BY figure_day.detail, figure_day.day ORDER BY figure_day.detail, figure_day.day;

PREPARE statement (unknown, date, date) AS
SELECT figure_day.detail, figure_day.day, CAST(sum(figure_day.value) AS BIGINT) AS sum_1 FROM figure_day WHERE figure_day.name = $1::VARCHAR AND figure_day.day BETWEEN $2::DATE AND $3::DATE GROUP BY figure_day.detail, figure_day.day ORDER BY figure_day.detail, figure_day.day;

PREPARE statement (unknown, date, date, unknown, unknown) AS
SELECT figure_day.office_code, figure_day.day, CAST(sum(figure_day.value) AS BIGINT) AS sum_1 FROM figure_day WHERE figure_day.name = $1::VARCHAR AND figure_day.day BETWEEN $2::DATE AND $3::DATE AND figure_day.office_code = $4::VARCHAR AND figure_day.prefix = $5::VARCHAR COLLATE "C" GROUP BY figure_day.office_code, figure_day.day ORDER BY figure_day.office_code, figure_day.day;

PREPARE statement (unknown, date, date, unknown) AS
SELECT figure_day.office_code, figure_day.day, CAST(sum(figure_day.value) AS BIGINT) AS sum_1 FROM figure_day WHERE figure_day.name = $1::VARCHAR AND figure_day.day BETWEEN $2::DATE AND $3::DATE AND figure_day.office_code = $4::VARCHAR GROUP BY figure_day.office_code, figure_day.day ORDER BY figure_day.office_code, figure_day.day;

PREPARE statement (unknown, date, date, unknown) AS
SELECT figure_day.office_code, figure_day.day, CAST(sum(figure_day.value) AS BIGINT) AS sum_1 FROM figure_day WHERE figure_day.name = $1::VARCHAR AND figure_day.day BETWEEN $2::DATE AND $3::DATE AND figure_day.prefix = $4::VARCHAR COLLATE "C" GROUP BY figure_day.office_code, figure_day.day ORDER BY figure_day.office_code, figure_day.day;

PREPARE statement (unknown, date, date) AS
SELECT figure_day.office_code, figure_day.day, CAST(sum(figure_day.value) AS BIGINT) AS sum_1 FROM figure_day WHERE figure_day.name = $1::VARCHAR AND figure_day.day BETWEEN $2::DATE AND $3::DATE GROUP BY figure_day.office_code, figure_day.day ORDER BY figure_day.office_code, figure_day.day;

PREPARE statement (unknown, date, date, unknown) AS
SELECT figure_day.prefix, figure_day.day, CAST(sum(figure_day.value) AS BIGINT) AS sum_1 FROM figure_day WHERE figure_day.name = $1::VARCHAR AND figure_day.day BETWEEN $2::DATE AND $3::DATE AND figure_day.office_code = $4::VARCHAR GROUP BY figure_day.prefix, figure_day.day ORDER BY figure_day.prefix, figure_day.day;

PREPARE statement (unknown, date, date) AS
SELECT figure_day.prefix, figure_day.day, CAST(sum(figure_day.value) AS BIGINT) AS sum_1 FROM figure_day WHERE figure_day.name = $1::VARCHAR AND figure_day.day BETWEEN $2::DATE AND $3::DATE GROUP BY figure_day.prefix, figure_day.day ORDER BY figure_day.prefix, figure_day.day;

PREPARE statement (unknown, timestamp with time zone, timestamp with time zone, unknown) AS
SELECT figure_hour.office_code, figure_hour.begins, CAST(sum(figure_hour.value) AS BIGINT) AS sum_1 FROM figure_hour WHERE figure_hour.name = $1::VARCHAR AND figure_hour.begins BETWEEN $2::TIMESTAMP WITH TIME ZONE AND $3::TIMESTAMP WITH TIME ZONE AND figure_hour.office_code = $4::VARCHAR GROUP BY figure_hour.office_code, figure_hour.begins ORDER BY figure_hour.office_code, figure_hour.begins;

PREPARE statement (unknown, timestamp with time zone, timestamp with time zone) AS
SELECT figure_hour.office_code, figure_hour.begins, CAST(sum(figure_hour.value) AS BIGINT) AS sum_1 FROM figure_hour WHERE figure_hour.name = $1::VARCHAR AND figure_hour.begins BETWEEN $2::TIMESTAMP WITH TIME ZONE AND $3::TIMESTAMP WITH TIME ZONE GROUP BY figure_hour.office_code, figure_hour.begins ORDER BY figure_hour.office_code, figure_hour.begins;

PREPARE statement (unknown, timestamp with time zone, timestamp with time zone) AS
SELECT figure_hour.prefix, figure_hour.begins, CAST(sum(figure_hour.value) AS BIGINT) AS sum_1 FROM figure_hour WHERE figure_hour.name = $1::VARCHAR AND figure_hour.begins BETWEEN $2::TIMESTAMP WITH TIME ZONE AND $3::TIMESTAMP WITH TIME ZONE GROUP BY figure_hour.prefix, figure_hour.begins ORDER BY figure_hour.prefix, figure_hour.begins;

PREPARE statement AS
SELECT figure_mark.counted_until FROM figure_mark;

PREPARE statement (uuid) AS
SELECT id, created_at, changed_at, office_code, stage, dormant, revision, state, policy, plate_type, plate, visit_by, deadline, notice_version, notice_agreed_at, owner_hash, party_hash, vehicle_hash, transfer_hash, seller_name_masked, party_kind, code_id, party_name, party_id, phone, vin, certificate_number, seller FROM preselection WHERE id = $1;

PREPARE statement (uuid, bytea, smallint, smallint, bytea, smallint) AS
SELECT id, party_hash FROM blacklist WHERE id > $1 AND (party_hash <> $2 AND (octet_length(party_hash) <> $3 OR substr(party_hash, 1, $4) <> $5)) ORDER BY id LIMIT $6;

PREPARE statement (uuid, bytea, smallint, smallint, bytea, smallint) AS
SELECT id, phone_hash, phone FROM text_message WHERE id > $1 AND (phone_hash <> $2 AND (octet_length(phone_hash) <> $3 OR substr(phone_hash, 1, $4) <> $5)) ORDER BY id LIMIT $6;

PREPARE statement (uuid, bytea, smallint, smallint, bytea, smallint) AS
SELECT id, vehicle_hash, transfer_hash, party_hash, owner_hash, seller_hash, party_id, vin, certificate_number, purged_at FROM preselection WHERE id > $1 AND ((vehicle_hash <> $2 AND (octet_length(vehicle_hash) <> $3 OR substr(vehicle_hash, 1, $4) <> $5)) OR (transfer_hash <> $2 AND (octet_length(transfer_hash) <> $3 OR substr(transfer_hash, 1, $4) <> $5)) OR (party_hash <> $2 AND (octet_length(party_hash) <> $3 OR substr(party_hash, 1, $4) <> $5)) OR (owner_hash <> $2 AND (octet_length(owner_hash) <> $3 OR substr(owner_hash, 1, $4) <> $5)) OR (seller_hash <> $2 AND (octet_length(seller_hash) <> $3 OR substr(seller_hash, 1, $4) <> $5))) ORDER BY id LIMIT $6;

PREPARE statement (smallint, smallint, bytea, bytea, unknown, uuid, smallint) AS
SELECT idempotency.caller_hash, idempotency.path, idempotency.key, idempotency.answer FROM idempotency WHERE substr(idempotency.answer, $1::INTEGER, $2::INTEGER) != $3 AND (idempotency.caller_hash, idempotency.path, idempotency.key) > ($4, $5::VARCHAR, $6::UUID) ORDER BY idempotency.caller_hash, idempotency.path, idempotency.key LIMIT $7::INTEGER;

PREPARE statement (smallint, smallint, bytea, smallint) AS
SELECT idempotency.caller_hash, idempotency.path, idempotency.key, idempotency.answer FROM idempotency WHERE substr(idempotency.answer, $1::INTEGER, $2::INTEGER) != $3 ORDER BY idempotency.caller_hash, idempotency.path, idempotency.key LIMIT $4::INTEGER;

PREPARE statement (timestamp with time zone) AS
SELECT key_reader.id, key_reader.name, key_reader.seen_at, key_reader.known, key_reader.current, key_reader.release, key_reader.host, key_reader.skew FROM key_reader WHERE key_reader.seen_at >= $1::TIMESTAMP WITH TIME ZONE ORDER BY key_reader.name, key_reader.host;

PREPARE statement AS
SELECT kind, sum(cardinality(plates)) FROM withholding WHERE released_at IS NULL GROUP BY kind ORDER BY kind;

PREPARE statement (smallint) AS
SELECT lagging_workflow.preselection_id FROM lagging_workflow ORDER BY lagging_workflow.noted_at LIMIT $1::INTEGER;

PREPARE statement (timestamp with time zone) AS
SELECT last.prefix FROM ( SELECT prefix, max(epoch) AS epoch FROM pool_log GROUP BY prefix ) AS last CROSS JOIN LATERAL ( SELECT max(seq) AS seq, max(at) AS at FROM pool_log AS stated WHERE stated.prefix = last.prefix AND stated.epoch = last.epoch AND free IS NOT NULL ) AS stated WHERE stated.at < $1 AND EXISTS ( SELECT FROM pool_log AS later WHERE later.prefix = last.prefix AND later.epoch = last.epoch AND later.seq > stated.seq );

PREPARE statement AS
SELECT least((SELECT min(at) FROM audit), (SELECT min(ordered_at) FROM text_delivery));

PREPARE statement (unknown, bigint, smallint, bigint, smallint) AS
SELECT line, free FROM pool_log WHERE prefix = $1 AND (epoch, seq) > ($2::bigint, $3::bigint) AND (epoch, seq) <= ($4::bigint, $5::bigint) ORDER BY epoch, seq;

PREPARE statement (timestamp with time zone) AS
SELECT make_audit_month($1);

PREPARE statement (bytea, timestamp with time zone, timestamp with time zone) AS
SELECT max(blacklist.until) AS max_1 FROM blacklist WHERE blacklist.party_hash IN ($1) AND blacklist.released_at IS NULL AND blacklist.since <= $2::TIMESTAMP WITH TIME ZONE AND blacklist.until > $3::TIMESTAMP WITH TIME ZONE;

PREPARE statement (unknown, timestamp with time zone, timestamp with time zone) AS
SELECT min((epoch, seq)), max((epoch, seq)) FROM pool_log WHERE prefix = $1 AND at >= $2 AND at < $3;

PREPARE statement (timestamp with time zone) AS
SELECT min(deadline) FROM preselection WHERE stage = 'completed' AND visit_by <= CAST($1 AS timestamptz)::date AND deadline <= $1;

PREPARE statement (unknown, timestamp with time zone, smallint) AS
SELECT notice.office_code, notice.version, notice.title, notice.body, notice.published_at, notice.translations FROM notice WHERE notice.office_code = $1::VARCHAR AND notice.published_at <= $2::TIMESTAMP WITH TIME ZONE ORDER BY notice.published_at DESC, notice.version DESC LIMIT $3::INTEGER;

PREPARE statement (unknown) AS
SELECT notice.office_code, notice.version, notice.title, notice.body, notice.published_at, notice.translations FROM notice WHERE notice.office_code = $1::VARCHAR ORDER BY notice.published_at;

PREPARE statement (uuid) AS
SELECT notice.office_code, notice.version, notice.title, notice.body, notice.published_at, notice.translations FROM notice WHERE notice.request_id = $1::UUID ORDER BY notice.published_at;

PREPARE statement (unknown) AS
SELECT office.code FROM office WHERE office.code = $1::VARCHAR FOR NO KEY UPDATE;

PREPARE statement (smallint) AS
SELECT office_policy.id, office_policy.office_code, office_policy.effective_from, office_policy.overrides, office_policy.reason, office_policy.requested_at, office_policy.requested_by, office_policy.confirmed_at, office_policy.confirmed_by FROM office_policy WHERE office_policy.confirmed_at IS NULL ORDER BY office_policy.requested_at DESC, office_policy.id LIMIT $1::INTEGER;

PREPARE statement (uuid) AS
SELECT office_policy.id, office_policy.office_code, office_policy.effective_from, office_policy.overrides, office_policy.reason, office_policy.requested_at, office_policy.requested_by, office_policy.confirmed_at, office_policy.confirmed_by FROM office_policy WHERE office_policy.id = $1::UUID FOR UPDATE;

PREPARE statement (uuid, smallint) AS
SELECT office_policy.id, office_policy.office_code, office_policy.effective_from, office_policy.overrides, office_policy.reason, office_policy.requested_at, office_policy.requested_by, office_policy.confirmed_at, office_policy.confirmed_by FROM office_policy WHERE office_policy.id = $1::UUID ORDER BY office_policy.requested_at DESC, office_policy.id LIMIT $2::INTEGER;

PREPARE statement (smallint) AS
SELECT operator_request.id, operator_request.kind, operator_request.wanted, operator_request.reason, operator_request.requested_at, operator_request.requested_by, operator_request.confirmed_at, operator_request.confirmed_by FROM operator_request WHERE operator_request.confirmed_at IS NULL ORDER BY operator_request.requested_at DESC LIMIT $1::INTEGER;

PREPARE statement (uuid, unknown) AS
SELECT operator_request.id, operator_request.kind, operator_request.wanted, operator_request.reason, operator_request.requested_at, operator_request.requested_by, operator_request.confirmed_at, operator_request.confirmed_by FROM operator_request WHERE operator_request.id = $1::UUID AND operator_request.kind = $2::VARCHAR AND operator_request.confirmed_at IS NULL FOR UPDATE;

PREPARE statement (uuid, unknown, smallint) AS
SELECT operator_request.id, operator_request.kind, operator_request.wanted, operator_request.reason, operator_request.requested_at, operator_request.requested_by, operator_request.confirmed_at, operator_request.confirmed_by FROM operator_request WHERE operator_request.id = $1::UUID AND operator_request.kind = $2::VARCHAR ORDER BY operator_request.requested_at DESC LIMIT $3::INTEGER;

PREPARE statement (timestamp with time zone, uuid, unknown, uuid) AS
SELECT p.id, p.created_at, p.changed_at, p.office_code, p.stage, p.dormant, p.revision, p.state, p.policy, p.plate_type, p.plate, p.visit_by, p.deadline, p.notice_version, p.notice_agreed_at, p.owner_hash, p.party_hash, p.vehicle_hash, p.transfer_hash, p.seller_name_masked, p.party_kind, p.code_id, p.party_name, p.party_id, p.phone, p.vin, p.certificate_number, p.seller, ARRAY(SELECT prefix FROM prefix WHERE office_code = p.office_code ORDER BY prefix), ( SELECT max(until) FROM blacklist WHERE party_hash = p.party_hash AND released_at IS NULL AND since <= $1 AND until > $1 ), d.at, d.answer FROM preselection AS p LEFT JOIN decision AS d ON d.request_id = $2 AND d.preselection_id = p.id AND d.action = $3 WHERE p.id = $4;

PREPARE statement (bigint) AS
SELECT pg_advisory_xact_lock($1);

PREPARE statement (uuid) AS
SELECT pg_advisory_xact_lock(CAST(CAST('x' || encode(substr(subject_hash, 1, 8), 'hex') AS bit(64)) AS bigint)) FROM code WHERE id = $1;

PREPARE statement (unknown) AS
SELECT pg_advisory_xact_lock(hashtextextended($1, 0));

PREPARE statement AS
SELECT pg_has_role(current_user, datdba, 'MEMBER') FROM pg_database WHERE datname = current_database();

PREPARE statement (unknown) AS
SELECT plate FROM claim WHERE plate = ANY(CAST($1 AS text[])) AND kind = 'withheld' ORDER BY plate COLLATE "C" FOR UPDATE;

PREPARE statement (unknown, timestamp with time zone, uuid) AS
SELECT plate FROM claim WHERE plate = ANY(CAST($1 AS text[])) AND until > $2 AND NOT (preselection_id IS NOT DISTINCT FROM $3 AND kind IN ('offered', 'candidate'));

PREPARE statement (unknown, timestamp with time zone) AS
SELECT plate, kind, until FROM claim WHERE plate = ANY(CAST($1 AS text[])) AND until > $2;

PREPARE statement (unknown, bigint, smallint) AS
SELECT pool_log.seq FROM pool_log WHERE pool_log.prefix = $1::VARCHAR COLLATE "C" AND pool_log.epoch = $2::BIGINT AND pool_log.seq = $3::BIGINT;

PREPARE statement AS
SELECT prefix.prefix, prefix.revision FROM prefix;

PREPARE statement (unknown) AS
SELECT prefix.revision FROM prefix WHERE prefix.prefix = $1::VARCHAR COLLATE "C" FOR UPDATE;

PREPARE statement (unknown) AS
SELECT prefix.revision, segment.prefix, segment.template, segment.excluded, segment.released_at, segment.compose_from FROM prefix LEFT OUTER JOIN segment ON prefix.prefix = segment.prefix WHERE prefix.prefix = $1::VARCHAR COLLATE "C" ORDER BY segment.released_at, segment.template;

PREPARE statement (uuid, uuid, smallint) AS
SELECT preselection.id FROM preselection WHERE preselection.id BETWEEN $1::UUID AND $2::UUID AND preselection.plate IS NOT NULL LIMIT $3::INTEGER;

PREPARE statement (bytea, smallint) AS
SELECT preselection.id FROM preselection WHERE preselection.seller_hash IN ($1) LIMIT $2::INTEGER;

PREPARE statement (bytea, unknown, bytea, unknown, unknown, smallint) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE (preselection.owner_hash IN ($1) OR preselection.party_kind = $2::VARCHAR AND preselection.party_hash IN ($3)) AND (preselection.stage NOT IN ($4::VARCHAR, $5::VARCHAR)) ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT $6::INTEGER;

PREPARE statement (unknown, timestamp with time zone, uuid) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL AND (preselection.created_at, preselection.id) < ($2::TIMESTAMP WITH TIME ZONE, $3::UUID) ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 2;

PREPARE statement (unknown, timestamp with time zone, uuid) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL AND (preselection.created_at, preselection.id) < ($2::TIMESTAMP WITH TIME ZONE, $3::UUID) ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 20;

PREPARE statement (unknown, timestamp with time zone, uuid) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL AND (preselection.created_at, preselection.id) < ($2::TIMESTAMP WITH TIME ZONE, $3::UUID) ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 3;

PREPARE statement (unknown, unknown, timestamp with time zone, uuid) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL AND preselection.plate IN ($2::VARCHAR COLLATE "C") AND (preselection.created_at, preselection.id) < ($3::TIMESTAMP WITH TIME ZONE, $4::UUID) ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 20;

PREPARE statement (unknown, unknown, unknown) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL AND preselection.plate IN ($2::VARCHAR COLLATE "C") AND preselection.stage = $3::VARCHAR ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 100;

PREPARE statement (unknown, unknown) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL AND preselection.plate IN ($2::VARCHAR COLLATE "C") ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 100;

PREPARE statement (unknown, unknown) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL AND preselection.plate IN ($2::VARCHAR COLLATE "C") ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 20;

PREPARE statement (unknown, unknown, timestamp with time zone, uuid) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL AND preselection.stage = $2::VARCHAR AND (preselection.created_at, preselection.id) < ($3::TIMESTAMP WITH TIME ZONE, $4::UUID) ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 20;

PREPARE statement (unknown, unknown) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL AND preselection.stage = $2::VARCHAR ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 100;

PREPARE statement (unknown, unknown) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL AND preselection.stage = $2::VARCHAR ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 20;

PREPARE statement (unknown, date) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL AND preselection.visit_by = $2::DATE ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 100;

PREPARE statement (unknown) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 100;

PREPARE statement (unknown) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 2;

PREPARE statement (unknown) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 20;

PREPARE statement (unknown) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 3;

PREPARE statement (unknown) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.office_code = $1::VARCHAR AND preselection.plate IS NOT NULL ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 500;

PREPARE statement (bytea, unknown, unknown, smallint) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.owner_hash IN ($1) AND (preselection.stage NOT IN ($2::VARCHAR, $3::VARCHAR)) ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT $4::INTEGER;

PREPARE statement (bytea, smallint) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.party_hash IN ($1) ORDER BY preselection.id LIMIT $2::INTEGER;

PREPARE statement (bytea, smallint) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.party_hash IN ($1) ORDER BY preselection.id LIMIT $2::INTEGER FOR UPDATE;

PREPARE statement (unknown) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.plate = $1::VARCHAR COLLATE "C" AND preselection.plate IS NOT NULL ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 100;

PREPARE statement (bytea) AS
SELECT preselection.id, preselection.created_at, preselection.changed_at, preselection.office_code, preselection.stage, preselection.dormant, preselection.revision, preselection.state, preselection.policy, preselection.plate_type, preselection.plate, preselection.visit_by, preselection.deadline, preselection.notice_version, preselection.notice_agreed_at, preselection.owner_hash, preselection.party_hash, preselection.vehicle_hash, preselection.transfer_hash, preselection.seller_name_masked, preselection.party_kind, preselection.code_id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE preselection.vehicle_hash IN ($1) AND stage NOT IN ('submitted', 'refused') ORDER BY preselection.created_at DESC, preselection.id DESC LIMIT 100;

PREPARE statement (uuid, unknown, unknown, unknown, uuid) AS
SELECT preselection.id, preselection.office_code FROM preselection WHERE preselection.party_hash = (SELECT preselection_1.party_hash FROM preselection AS preselection_1 WHERE preselection_1.id = $1::UUID) AND preselection.stage IN ($2::VARCHAR, $3::VARCHAR, $4::VARCHAR) AND NOT preselection.dormant AND preselection.id != $5::UUID ORDER BY preselection.created_at;

PREPARE statement (date, date, unknown, uuid, smallint) AS
SELECT preselection.id, preselection.office_code, preselection.plate, preselection.visit_by, preselection.deadline FROM preselection WHERE preselection.visit_by IN ($1::DATE, $2::DATE) AND preselection.stage = 'completed' AND preselection.office_code = $3::VARCHAR AND preselection.id > $4::UUID ORDER BY preselection.id LIMIT $5::INTEGER;

PREPARE statement (date, unknown, smallint) AS
SELECT preselection.id, preselection.office_code, preselection.plate, preselection.visit_by, preselection.deadline FROM preselection WHERE preselection.visit_by IN ($1::DATE) AND preselection.stage = 'completed' AND preselection.office_code = $2::VARCHAR ORDER BY preselection.id LIMIT $3::INTEGER;

PREPARE statement (date, smallint) AS
SELECT preselection.id, preselection.office_code, preselection.plate, preselection.visit_by, preselection.deadline FROM preselection WHERE preselection.visit_by IN ($1::DATE) AND preselection.stage = 'completed' ORDER BY preselection.id LIMIT $2::INTEGER;

PREPARE statement (unknown, smallint) AS
SELECT preselection.id, preselection.office_code, preselection.plate, preselection.visit_by, preselection.deadline FROM preselection WHERE preselection.visit_by IN (NULL) AND (1 != 1) AND preselection.stage = 'completed' AND preselection.office_code = $1::VARCHAR ORDER BY preselection.id LIMIT $2::INTEGER;

PREPARE statement (unknown, unknown, unknown, unknown, unknown, timestamp with time zone, uuid, smallint) AS
SELECT preselection.id, preselection.office_code, preselection.stage FROM preselection WHERE (preselection.stage IN ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR) AND NOT preselection.dormant OR preselection.stage = $5::VARCHAR AND preselection.deadline >= $6::TIMESTAMP WITH TIME ZONE) AND preselection.id > $7::UUID ORDER BY preselection.id LIMIT $8::INTEGER;

PREPARE statement (uuid, uuid, uuid, uuid, uuid, uuid, uuid, uuid, uuid, unknown, unknown, unknown, unknown, unknown, smallint) AS
SELECT preselection.id, preselection.office_code, preselection.stage FROM preselection WHERE preselection.id IN ($1::UUID, $2::UUID, $3::UUID, $4::UUID, $5::UUID, $6::UUID, $7::UUID, $8::UUID, $9::UUID) AND (preselection.stage IN ($10::VARCHAR, $11::VARCHAR, $12::VARCHAR, $13::VARCHAR) AND NOT preselection.dormant OR preselection.stage = $14::VARCHAR) ORDER BY preselection.visit_by, preselection.id LIMIT $15::INTEGER;

PREPARE statement (unknown, unknown, unknown, unknown, unknown, smallint) AS
SELECT preselection.id, preselection.office_code, preselection.stage FROM preselection WHERE preselection.id IN (NULL) AND (1 != 1) AND (preselection.stage IN ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR) AND NOT preselection.dormant OR preselection.stage = $5::VARCHAR) ORDER BY preselection.visit_by, preselection.id LIMIT $6::INTEGER;

PREPARE statement (date, timestamp with time zone, smallint) AS
SELECT preselection.id, preselection.office_code, preselection.stage FROM preselection WHERE preselection.stage = 'completed' AND preselection.visit_by <= $1::DATE AND preselection.deadline < $2::TIMESTAMP WITH TIME ZONE ORDER BY preselection.visit_by, preselection.id LIMIT $3::INTEGER;

PREPARE statement (unknown, unknown, unknown, unknown, unknown, timestamp with time zone, smallint) AS
SELECT preselection.id, preselection.office_code, preselection.stage FROM preselection WHERE preselection.stage IN ($1::VARCHAR, $2::VARCHAR, $3::VARCHAR, $4::VARCHAR) AND NOT preselection.dormant OR preselection.stage = $5::VARCHAR AND preselection.deadline >= $6::TIMESTAMP WITH TIME ZONE ORDER BY preselection.id LIMIT $7::INTEGER;

PREPARE statement (smallint, smallint, bytea, smallint, smallint, bytea, smallint, smallint, bytea, smallint, smallint, bytea, smallint, smallint, bytea, smallint, smallint, bytea, uuid, smallint) AS
SELECT preselection.id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE (substr(preselection.party_name, $1::INTEGER, $2::INTEGER) != $3 OR substr(preselection.party_id, $4::INTEGER, $5::INTEGER) != $6 OR substr(preselection.phone, $7::INTEGER, $8::INTEGER) != $9 OR substr(preselection.vin, $10::INTEGER, $11::INTEGER) != $12 OR substr(preselection.certificate_number, $13::INTEGER, $14::INTEGER) != $15 OR substr(preselection.seller, $16::INTEGER, $17::INTEGER) != $18) AND (preselection.id) > ($19::UUID) ORDER BY preselection.id LIMIT $20::INTEGER;

PREPARE statement (smallint, smallint, bytea, smallint, smallint, bytea, smallint, smallint, bytea, smallint, smallint, bytea, smallint, smallint, bytea, smallint, smallint, bytea, smallint) AS
SELECT preselection.id, preselection.party_name, preselection.party_id, preselection.phone, preselection.vin, preselection.certificate_number, preselection.seller FROM preselection WHERE substr(preselection.party_name, $1::INTEGER, $2::INTEGER) != $3 OR substr(preselection.party_id, $4::INTEGER, $5::INTEGER) != $6 OR substr(preselection.phone, $7::INTEGER, $8::INTEGER) != $9 OR substr(preselection.vin, $10::INTEGER, $11::INTEGER) != $12 OR substr(preselection.certificate_number, $13::INTEGER, $14::INTEGER) != $15 OR substr(preselection.seller, $16::INTEGER, $17::INTEGER) != $18 ORDER BY preselection.id LIMIT $19::INTEGER;

PREPARE statement (timestamp with time zone, timestamp with time zone, uuid, smallint) AS
SELECT preselection.id, preselection.stage, preselection.dormant FROM preselection WHERE preselection.id IN (SELECT decision.preselection_id FROM decision WHERE decision.at > $1::TIMESTAMP WITH TIME ZONE AND decision.at <= $2::TIMESTAMP WITH TIME ZONE) AND preselection.id > $3::UUID ORDER BY preselection.id LIMIT $4::INTEGER;

PREPARE statement (timestamp with time zone, timestamp with time zone, smallint) AS
SELECT preselection.id, preselection.stage, preselection.dormant FROM preselection WHERE preselection.id IN (SELECT decision.preselection_id FROM decision WHERE decision.at > $1::TIMESTAMP WITH TIME ZONE AND decision.at <= $2::TIMESTAMP WITH TIME ZONE) ORDER BY preselection.id LIMIT $3::INTEGER;

PREPARE statement (uuid) AS
SELECT preselection.party_hash FROM preselection WHERE preselection.id = $1::UUID FOR SHARE;

PREPARE statement (smallint) AS
SELECT preselection.phone FROM preselection WHERE preselection.purged_at IS NULL ORDER BY preselection.created_at DESC LIMIT $1::INTEGER;

PREPARE statement (smallint) AS
SELECT preselection.visit_by FROM preselection WHERE preselection.stage = 'completed' ORDER BY preselection.visit_by DESC LIMIT $1::INTEGER;

PREPARE statement (bytea[], timestamp with time zone, uuid, timestamp with time zone) AS
SELECT purpose, created_at, while_holding FROM code WHERE phone_hash = ANY($1) AND created_at > $2 AND id <> $3 AND failed_at IS NULL AND (sent_at IS NOT NULL OR created_at > $4) ORDER BY created_at DESC;

PREPARE statement (timestamp with time zone) AS
SELECT remove_published_log($1);

PREPARE statement (uuid) AS
SELECT segment.prefix FROM segment WHERE segment.id = $1::UUID;

PREPARE statement (uuid) AS
SELECT segment.prefix, segment.template, segment.excluded, segment.released_at, segment.compose_from FROM segment WHERE segment.id = $1::UUID;

PREPARE statement (unknown) AS
SELECT segment.prefix, segment.template, segment.excluded, segment.released_at, segment.compose_from FROM segment WHERE segment.prefix = $1::VARCHAR COLLATE "C";

PREPARE statement (unknown, unknown) AS
SELECT segment.prefix, segment.template, segment.excluded, segment.released_at, segment.compose_from, segment.id FROM segment WHERE segment.prefix = $1::VARCHAR COLLATE "C" AND segment.template = $2::VARCHAR;

PREPARE statement (unknown) AS
SELECT segment.prefix, template, excluded, released_at, compose_from FROM segment JOIN prefix USING (prefix) WHERE office_code = $1 ORDER BY segment.prefix, released_at, template;

PREPARE statement (unknown) AS
SELECT set_config('statement_timeout', $1, true), set_config('plan_cache_mode', 'auto', true);

PREPARE statement (smallint, unknown, unknown, unknown, timestamp with time zone) AS
SELECT string_agg(substr(claim.plate, $1::INTEGER), $2::VARCHAR) AS serials FROM claim WHERE claim.plate > $3::VARCHAR COLLATE "C" AND claim.plate < $4::VARCHAR COLLATE "C" AND claim.until > $5::TIMESTAMP WITH TIME ZONE;

PREPARE statement (smallint, unknown, unknown, unknown, timestamp with time zone) AS
SELECT string_agg(substr(claim.plate, $1::INTEGER), $2::VARCHAR) AS serials FROM claim WHERE claim.plate > $3::VARCHAR COLLATE "C" AND claim.plate < $4::VARCHAR COLLATE "C" AND claim.until > $5::TIMESTAMP WITH TIME ZONE AND kind IN ('reserved', 'issued', 'withheld', 'cooling');

PREPARE statement (unknown, timestamp with time zone, uuid, smallint) AS
SELECT text_delivery.key, text_delivery.preselection_id, text_delivery.purpose, text_delivery.ordered_at, text_delivery.give_up_at, text_delivery.attempts, text_delivery.tried_at, text_delivery.handed_at, text_delivery.failure, text_delivery.receipt, text_delivery.receipt_at FROM text_delivery WHERE (text_delivery.handed_at IS NULL AND text_delivery.receipt IS NULL OR text_delivery.receipt = $1::VARCHAR) AND (text_delivery.ordered_at, text_delivery.preselection_id) < ($2::TIMESTAMP WITH TIME ZONE, $3::UUID) ORDER BY text_delivery.ordered_at DESC, text_delivery.preselection_id DESC LIMIT $4::INTEGER;

PREPARE statement (timestamp with time zone, smallint) AS
SELECT text_delivery.key, text_delivery.preselection_id, text_delivery.purpose, text_delivery.ordered_at, text_delivery.give_up_at, text_delivery.attempts, text_delivery.tried_at, text_delivery.handed_at, text_delivery.failure, text_delivery.receipt, text_delivery.receipt_at FROM text_delivery WHERE text_delivery.handed_at IS NULL AND text_delivery.receipt IS NULL AND text_delivery.give_up_at <= $1::TIMESTAMP WITH TIME ZONE ORDER BY text_delivery.ordered_at DESC, text_delivery.preselection_id DESC LIMIT $2::INTEGER;

PREPARE statement (unknown, smallint) AS
SELECT text_delivery.key, text_delivery.preselection_id, text_delivery.purpose, text_delivery.ordered_at, text_delivery.give_up_at, text_delivery.attempts, text_delivery.tried_at, text_delivery.handed_at, text_delivery.failure, text_delivery.receipt, text_delivery.receipt_at FROM text_delivery WHERE text_delivery.handed_at IS NULL AND text_delivery.receipt IS NULL OR text_delivery.receipt = $1::VARCHAR ORDER BY text_delivery.ordered_at DESC, text_delivery.preselection_id DESC LIMIT $2::INTEGER;

PREPARE statement (uuid) AS
SELECT text_delivery.key, text_delivery.preselection_id, text_delivery.purpose, text_delivery.ordered_at, text_delivery.give_up_at, text_delivery.attempts, text_delivery.tried_at, text_delivery.handed_at, text_delivery.failure, text_delivery.receipt, text_delivery.receipt_at FROM text_delivery WHERE text_delivery.preselection_id = $1::UUID ORDER BY text_delivery.ordered_at DESC, text_delivery.preselection_id DESC;

PREPARE statement (unknown, smallint) AS
SELECT text_delivery.key, text_delivery.preselection_id, text_delivery.purpose, text_delivery.ordered_at, text_delivery.give_up_at, text_delivery.attempts, text_delivery.tried_at, text_delivery.handed_at, text_delivery.failure, text_delivery.receipt, text_delivery.receipt_at FROM text_delivery WHERE text_delivery.receipt = $1::VARCHAR ORDER BY text_delivery.ordered_at DESC, text_delivery.preselection_id DESC LIMIT $2::INTEGER;

PREPARE statement (smallint, smallint, bytea, smallint, smallint, bytea, smallint, smallint, bytea, smallint) AS
SELECT text_message.id, text_message.phone, text_message.text, text_message.code FROM text_message WHERE substr(text_message.phone, $1::INTEGER, $2::INTEGER) != $3 OR substr(text_message.text, $4::INTEGER, $5::INTEGER) != $6 OR substr(text_message.code, $7::INTEGER, $8::INTEGER) != $9 ORDER BY text_message.id LIMIT $10::INTEGER;

PREPARE statement (bytea, smallint) AS
SELECT text_message.sent_at, text_message.purpose, text_message.phone, text_message.text, text_message.code FROM text_message WHERE text_message.phone_hash IN ($1) ORDER BY text_message.sent_at LIMIT $2::INTEGER;

PREPARE statement (bytea, smallint) AS
SELECT text_message.sent_at, text_message.purpose, text_message.text, text_message.code FROM text_message WHERE text_message.phone_hash IN ($1) ORDER BY text_message.sent_at DESC, text_message.id LIMIT $2::INTEGER;

PREPARE statement AS
SELECT to_regclass('alembic_version') IS NOT NULL;

PREPARE statement AS
SELECT version_num FROM alembic_version;

PREPARE statement (unknown, timestamp with time zone, timestamp with time zone) AS
SELECT waiting_room.id FROM waiting_room WHERE waiting_room.office_code = $1::VARCHAR AND waiting_room.opens_at < $2::TIMESTAMP WITH TIME ZONE AND waiting_room.closes_at > $3::TIMESTAMP WITH TIME ZONE AND waiting_room.closed_at IS NULL;

PREPARE statement (timestamp with time zone) AS
SELECT waiting_room.id, waiting_room.office_code, waiting_room.opens_at, waiting_room.closes_at FROM waiting_room WHERE waiting_room.closes_at > $1::TIMESTAMP WITH TIME ZONE AND waiting_room.closed_at IS NULL ORDER BY waiting_room.opens_at;

PREPARE statement (uuid, unknown) AS
SELECT waiting_room.id, waiting_room.office_code, waiting_room.opens_at, waiting_room.closes_at FROM waiting_room WHERE waiting_room.closing_id = $1::UUID AND waiting_room.office_code = $2::VARCHAR;

PREPARE statement (unknown, timestamp with time zone, smallint) AS
SELECT waiting_room.id, waiting_room.office_code, waiting_room.opens_at, waiting_room.closes_at FROM waiting_room WHERE waiting_room.office_code = $1::VARCHAR AND waiting_room.closes_at > $2::TIMESTAMP WITH TIME ZONE AND waiting_room.closed_at IS NULL ORDER BY waiting_room.opens_at LIMIT $3::INTEGER FOR UPDATE;

PREPARE statement (smallint) AS
SELECT withholding.id, withholding.prefix, withholding.plates, withholding.reason, withholding.withheld_at, withholding.withheld_by, withholding.confirmed_at, withholding.confirmed_by, withholding.released_at, withholding.released_by, withholding.release_reason, withholding.release_confirmed_at, withholding.release_confirmed_by, withholding.kind FROM withholding WHERE withholding.confirmed_at IS NULL OR withholding.released_at IS NOT NULL AND withholding.release_confirmed_at IS NULL ORDER BY withholding.withheld_at DESC, withholding.id LIMIT $1::INTEGER;

PREPARE statement (uuid) AS
SELECT withholding.id, withholding.prefix, withholding.plates, withholding.reason, withholding.withheld_at, withholding.withheld_by, withholding.confirmed_at, withholding.confirmed_by, withholding.released_at, withholding.released_by, withholding.release_reason, withholding.release_confirmed_at, withholding.release_confirmed_by, withholding.kind FROM withholding WHERE withholding.id = $1::UUID FOR UPDATE;

PREPARE statement (uuid, smallint) AS
SELECT withholding.id, withholding.prefix, withholding.plates, withholding.reason, withholding.withheld_at, withholding.withheld_by, withholding.confirmed_at, withholding.confirmed_by, withholding.released_at, withholding.released_by, withholding.release_reason, withholding.release_confirmed_at, withholding.release_confirmed_by, withholding.kind FROM withholding WHERE withholding.id = $1::UUID ORDER BY withholding.withheld_at DESC, withholding.id LIMIT $2::INTEGER;

PREPARE statement (unknown, smallint) AS
SELECT withholding.id, withholding.prefix, withholding.plates, withholding.reason, withholding.withheld_at, withholding.withheld_by, withholding.confirmed_at, withholding.confirmed_by, withholding.released_at, withholding.released_by, withholding.release_reason, withholding.release_confirmed_at, withholding.release_confirmed_by, withholding.kind FROM withholding WHERE withholding.prefix = $1::VARCHAR COLLATE "C" ORDER BY withholding.withheld_at DESC, withholding.id LIMIT $2::INTEGER;

PREPARE statement (timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, smallint) AS
SELECT withholding.id, withholding.prefix, withholding.plates, withholding.reason, withholding.withheld_at, withholding.withheld_by, withholding.confirmed_at, withholding.confirmed_by, withholding.released_at, withholding.released_by, withholding.release_reason, withholding.release_confirmed_at, withholding.release_confirmed_by, withholding.kind FROM withholding WHERE withholding.withheld_at >= $1::TIMESTAMP WITH TIME ZONE AND withholding.withheld_at < $2::TIMESTAMP WITH TIME ZONE OR withholding.released_at >= $3::TIMESTAMP WITH TIME ZONE AND withholding.released_at < $4::TIMESTAMP WITH TIME ZONE ORDER BY withholding.withheld_at DESC, withholding.id LIMIT $5::INTEGER;

PREPARE statement (unknown, unknown, timestamp with time zone, unknown, uuid, unknown) AS
UPDATE appeal SET decision=$1::VARCHAR, decision_reason=$2::VARCHAR, decided_at=$3::TIMESTAMP WITH TIME ZONE, decided_by=$4::VARCHAR WHERE appeal.id = $5::UUID AND appeal.state = $6::VARCHAR RETURNING appeal.preselection_id;

PREPARE statement (timestamp with time zone, uuid, unknown, timestamp with time zone) AS
UPDATE appeal SET late_at=$1::TIMESTAMP WITH TIME ZONE WHERE appeal.id = $2::UUID AND appeal.state = $3::VARCHAR AND appeal.late_at IS NULL AND appeal.decide_by <= $4::TIMESTAMP WITH TIME ZONE RETURNING appeal.preselection_id;

PREPARE statement (bytea, timestamp with time zone, timestamp with time zone, smallint) AS
UPDATE appeal SET reason = $1, purged_at = $2 WHERE id = ANY(ARRAY( SELECT id FROM appeal WHERE purged_at IS NULL AND confirmed_at < $3 LIMIT $4 FOR UPDATE SKIP LOCKED ));

PREPARE statement (bytea, timestamp with time zone, uuid[]) AS
UPDATE appeal SET reason = $1, purged_at = $2 WHERE preselection_id = ANY($3);

PREPARE statement (unknown, timestamp with time zone, unknown, uuid) AS
UPDATE appeal SET state=$1::VARCHAR, confirmed_at=$2::TIMESTAMP WITH TIME ZONE, confirmed_by=$3::VARCHAR WHERE appeal.id = $4::UUID;

PREPARE statement (unknown, timestamp with time zone, uuid) AS
UPDATE blacklist SET confirmed_by=$1::VARCHAR, confirmed_at=$2::TIMESTAMP WITH TIME ZONE WHERE blacklist.id = $3::UUID AND blacklist.released_by IS NOT NULL AND blacklist.confirmed_at IS NULL;

PREPARE statement (bytea, bytea, timestamp with time zone, timestamp with time zone, smallint) AS
UPDATE blacklist SET holder = $1, party_hash = $2, purged_at = $3 WHERE id = ANY(ARRAY( SELECT id FROM blacklist WHERE purged_at IS NULL AND released_at < $4 LIMIT $5 FOR UPDATE SKIP LOCKED ));

PREPARE statement (bytea, bytea, uuid) AS
UPDATE blacklist SET holder=CASE WHEN (blacklist.holder = $1) THEN $2 ELSE blacklist.holder END WHERE blacklist.id = $3::UUID;

PREPARE statement (bytea, bytea) AS
UPDATE blacklist SET party_hash = $1 WHERE party_hash = $2;

PREPARE statement (bytea, bytea[]) AS
UPDATE blacklist SET party_hash = $1 WHERE party_hash = ANY($2);

PREPARE statement (timestamp with time zone, uuid, timestamp with time zone) AS
UPDATE blacklist SET released_at=$1::TIMESTAMP WITH TIME ZONE WHERE blacklist.id = $2::UUID AND blacklist.released_at IS NULL AND blacklist.until <= $3::TIMESTAMP WITH TIME ZONE RETURNING blacklist.preselection_id;

PREPARE statement (timestamp with time zone, unknown, unknown, uuid) AS
UPDATE blacklist SET released_at=$1::TIMESTAMP WITH TIME ZONE, released_by=$2::VARCHAR, release_reason=$3::VARCHAR WHERE blacklist.id = $4::UUID AND blacklist.released_at IS NULL RETURNING blacklist.preselection_id, blacklist.until;

PREPARE statement (bytea, timestamp with time zone) AS
UPDATE blacklist SET released_at=blacklist.until WHERE blacklist.party_hash = $1 AND blacklist.released_at IS NULL AND blacklist.until <= $2::TIMESTAMP WITH TIME ZONE RETURNING blacklist.id, blacklist.preselection_id;

PREPARE statement (timestamp with time zone, unknown, timestamp with time zone[]) AS
UPDATE claim SET kind = 'cooling', until = entry.until, changed_at = $1 FROM unnest(CAST($2 AS text[]), CAST($3 AS timestamptz[])) AS entry (plate, until) WHERE claim.plate = entry.plate;

PREPARE statement (uuid, bytea, bytea[], bytea[], unknown, uuid, timestamp with time zone, smallint) AS
UPDATE code SET attempts = attempts + CAST(tried.wrong AND tried.place IS NULL AS int), wrong_tries = CASE WHEN tried.wrong AND tried.place IS NULL THEN array_append(wrong_tries, $1) ELSE wrong_tries END FROM ( SELECT id, sha256(CAST($2 AS bytea) || code_hash) <> ALL($3) AS wrong, array_position(wrong_tries, $1) AS place FROM code WHERE subject_hash = ANY($4) AND purpose = $5 AND preselection_id IS NOT DISTINCT FROM CAST($6 AS uuid) AND sent_at IS NOT NULL AND used_at IS NULL AND replaced_at IS NULL AND expires_at > $7 AND (attempts < $8 OR $1 = ANY (wrong_tries)) FOR UPDATE ) AS tried WHERE code.id = tried.id RETURNING code.id, COALESCE(tried.place, attempts), NOT tried.wrong;

PREPARE statement (timestamp with time zone, uuid) AS
UPDATE code SET failed_at=$1::TIMESTAMP WITH TIME ZONE WHERE code.id = $2::UUID AND code.sent_at IS NULL;

PREPARE statement (timestamp with time zone, uuid) AS
UPDATE code SET replaced_at = $1 FROM code AS newer WHERE newer.id = $2 AND newer.sent_at IS NULL AND code.id <> newer.id AND code.subject_hash = newer.subject_hash AND code.purpose = newer.purpose AND code.preselection_id IS NOT DISTINCT FROM newer.preselection_id AND code.sent_at IS NOT NULL AND code.used_at IS NULL AND code.replaced_at IS NULL;

PREPARE statement (timestamp with time zone, uuid) AS
UPDATE code SET sent_at = $1 WHERE id = $2 AND sent_at IS NULL;

PREPARE statement (bytea, bytea) AS
UPDATE code SET subject_hash = $1 WHERE subject_hash = $2;

PREPARE statement (bytea, bytea[]) AS
UPDATE code SET subject_hash = $1 WHERE subject_hash = ANY($2);

PREPARE statement (bytea, bytea, uuid) AS
UPDATE desk_reason SET reason=CASE WHEN (desk_reason.reason = $1) THEN $2 ELSE desk_reason.reason END WHERE desk_reason.request_id = $3::UUID;

PREPARE statement (timestamp with time zone, bytea) AS
UPDATE ended_session SET ended_at=$1::TIMESTAMP WITH TIME ZONE WHERE ended_session.name = $2 RETURNING ended_session.name;

PREPARE statement (bytea, uuid) AS
UPDATE failed_check SET applicant_hash=$1 WHERE failed_check.id = $2::UUID;

PREPARE statement (timestamp with time zone, smallint, boolean, jsonb, unknown) AS
UPDATE fairness_day SET revealed_at=$1::TIMESTAMP WITH TIME ZONE, draws=$2::INTEGER, verified=$3, report=$4::JSONB WHERE fairness_day.day = $5::VARCHAR AND fairness_day.revealed_at IS NULL;

PREPARE statement (bytea, bytea, bytea, unknown, uuid) AS
UPDATE idempotency SET answer=CASE WHEN (idempotency.answer = $1) THEN $2 ELSE idempotency.answer END WHERE idempotency.caller_hash = $3 AND idempotency.path = $4::VARCHAR AND idempotency.key = $5::UUID;

PREPARE statement (bytea, bytea[], bytea, bytea[], unknown, uuid) AS
UPDATE idempotency SET caller_hash = $1, body_digest = CASE WHEN body_digest = ANY($2) THEN $3 ELSE body_digest END WHERE caller_hash = ANY($4) AND path = $5 AND key = $6;

PREPARE statement (timestamp with time zone, bytea, unknown, uuid) AS
UPDATE idempotency SET lease_until = $1 WHERE caller_hash = $2 AND path = $3 AND key = $4 AND status IS NULL;

PREPARE statement (smallint, bytea, unknown, bytea, unknown, uuid) AS
UPDATE idempotency SET status = $1, answer = $2, kept_until = COALESCE($3::timestamptz, kept_until) WHERE caller_hash = $4 AND path = $5 AND key = $6 AND status IS NULL;

PREPARE statement (timestamp with time zone, timestamp with time zone, unknown, uuid) AS
UPDATE office_policy SET effective_from=$1::TIMESTAMP WITH TIME ZONE, confirmed_at=$2::TIMESTAMP WITH TIME ZONE, confirmed_by=$3::VARCHAR WHERE office_policy.id = $4::UUID RETURNING office_policy.id, office_policy.office_code, office_policy.effective_from, office_policy.overrides, office_policy.reason, office_policy.requested_at, office_policy.requested_by, office_policy.confirmed_at, office_policy.confirmed_by;

PREPARE statement (timestamp with time zone, unknown, uuid) AS
UPDATE operator_request SET confirmed_at=$1::TIMESTAMP WITH TIME ZONE, confirmed_by=$2::VARCHAR WHERE operator_request.id = $3::UUID;

PREPARE statement (unknown, unknown, unknown) AS
UPDATE prefix SET office_code=$1::VARCHAR WHERE prefix.office_code IN ($2::VARCHAR) AND (prefix.prefix NOT IN ($3::VARCHAR COLLATE "C"));

PREPARE statement (unknown, unknown, unknown, unknown) AS
UPDATE prefix SET office_code=$1::VARCHAR WHERE prefix.office_code IN ($2::VARCHAR) AND (prefix.prefix NOT IN ($3::VARCHAR COLLATE "C", $4::VARCHAR COLLATE "C"));

PREPARE statement (unknown, unknown, unknown, unknown, unknown, unknown, unknown) AS
UPDATE prefix SET office_code=$1::VARCHAR WHERE prefix.office_code IN ($2::VARCHAR, $3::VARCHAR, $4::VARCHAR) AND (prefix.prefix NOT IN ($5::VARCHAR COLLATE "C", $6::VARCHAR COLLATE "C", $7::VARCHAR COLLATE "C"));

PREPARE statement (unknown, unknown) AS
UPDATE prefix SET office_code=$1::VARCHAR WHERE prefix.office_code IN ($2::VARCHAR) AND (prefix.prefix NOT IN (NULL) OR (1 = 1));

PREPARE statement (smallint, unknown) AS
UPDATE prefix SET revision=$1::INTEGER WHERE prefix.prefix = $2::VARCHAR COLLATE "C";

PREPARE statement (bytea, bytea) AS
UPDATE preselection SET owner_hash = $1 WHERE owner_hash = $2;

PREPARE statement (bytea, bytea, uuid, smallint, bytea) AS
UPDATE preselection SET owner_hash=$1, phone=$2 WHERE preselection.id = $3::UUID AND preselection.revision = $4::INTEGER AND preselection.owner_hash = $5 RETURNING preselection.id;

PREPARE statement (bytea, bytea) AS
UPDATE preselection SET party_hash = $1 WHERE party_hash = $2;

PREPARE statement (bytea, bytea[]) AS
UPDATE preselection SET party_hash = $1 WHERE party_hash = ANY($2);

PREPARE statement (bytea, bytea, bytea, bytea, bytea, unknown, bytea, timestamp with time zone, uuid[]) AS
UPDATE preselection SET party_name = $1, party_id = $2, phone = $3, vin = $4, certificate_number = $5, seller = $6, seller_name_masked = '', owner_hash = $7, party_hash = $7, seller_hash = $7, person_hash = NULL, purged_at = $8 , dormant = dormant OR stage IN ('service_notes', 'identity_verification', 'plate_selection') WHERE id = ANY($9);

PREPARE statement (bytea, bytea, bytea, bytea, bytea, unknown, bytea, timestamp with time zone, timestamp with time zone, smallint) AS
UPDATE preselection SET party_name = $1, party_id = $2, phone = $3, vin = $4, certificate_number = $5, seller = $6, seller_name_masked = '', owner_hash = $7, party_hash = $7, seller_hash = $7, person_hash = NULL, purged_at = $8 WHERE id = ANY(ARRAY( SELECT id FROM preselection AS ended WHERE purged_at IS NULL AND created_at < $9 AND changed_at < $9 AND (dormant OR stage IN ('registered', 'exhausted', 'overdue', 'cancelled')) AND NOT EXISTS ( SELECT FROM blacklist WHERE blacklist.party_hash = ended.party_hash AND (blacklist.released_at IS NULL OR blacklist.released_at >= $9) ) LIMIT $10 FOR UPDATE SKIP LOCKED ));

PREPARE statement (bytea, bytea, bytea, bytea, bytea, bytea, bytea, bytea, bytea, bytea, bytea, bytea, uuid) AS
UPDATE preselection SET party_name=CASE WHEN (preselection.party_name = $1) THEN $2 ELSE preselection.party_name END, party_id=CASE WHEN (preselection.party_id = $3) THEN $4 ELSE preselection.party_id END, phone=CASE WHEN (preselection.phone = $5) THEN $6 ELSE preselection.phone END, vin=CASE WHEN (preselection.vin = $7) THEN $8 ELSE preselection.vin END, certificate_number=CASE WHEN (preselection.certificate_number = $9) THEN $10 ELSE preselection.certificate_number END, seller=CASE WHEN (preselection.seller = $11) THEN $12 ELSE preselection.seller END WHERE preselection.id = $13::UUID;

PREPARE statement (bytea, bytea, bytea, bytea, bytea, bytea, bytea, bytea, bytea, bytea, uuid) AS
UPDATE preselection SET party_name=CASE WHEN (preselection.party_name = $1) THEN $2 ELSE preselection.party_name END, party_id=CASE WHEN (preselection.party_id = $3) THEN $4 ELSE preselection.party_id END, phone=CASE WHEN (preselection.phone = $5) THEN $6 ELSE preselection.phone END, vin=CASE WHEN (preselection.vin = $7) THEN $8 ELSE preselection.vin END, certificate_number=CASE WHEN (preselection.certificate_number = $9) THEN $10 ELSE preselection.certificate_number END, seller=preselection.seller WHERE preselection.id = $11::UUID;

PREPARE statement (bytea, uuid[]) AS
UPDATE preselection SET person_hash = NULL WHERE person_hash = $1 AND NOT id = ANY($2);

PREPARE statement (bytea, uuid, bytea) AS
UPDATE preselection SET seller_hash = $1 WHERE id = $2 AND seller_hash = $3;

PREPARE statement (bytea, bytea[]) AS
UPDATE preselection SET seller_hash = $1, seller_name_masked = '', seller = NULL WHERE seller_hash = ANY($2) AND (dormant OR stage IN ('refused', 'registered', 'exhausted', 'overdue', 'cancelled'));

PREPARE statement (bytea, bytea) AS
UPDATE preselection SET transfer_hash = $1 WHERE transfer_hash = $2;

PREPARE statement (bytea, bytea[]) AS
UPDATE preselection SET transfer_hash = $1 WHERE transfer_hash = ANY($2);

PREPARE statement (bytea, bytea) AS
UPDATE preselection SET vehicle_hash = $1 WHERE vehicle_hash = $2;

PREPARE statement (bytea, bytea[]) AS
UPDATE preselection SET vehicle_hash = $1 WHERE vehicle_hash = ANY($2);

PREPARE statement (timestamp with time zone, uuid) AS
UPDATE segment SET compose_from=$1::TIMESTAMP WITH TIME ZONE WHERE segment.id = $2::UUID RETURNING segment.prefix, segment.template, segment.excluded, segment.released_at, segment.compose_from;

PREPARE statement (unknown, uuid) AS
UPDATE segment SET excluded=$1::TEXT[] WHERE segment.id = $2::UUID;

PREPARE statement (unknown, unknown) AS
UPDATE text_delivery SET failure = $1 WHERE key = $2 AND handed_at IS NULL RETURNING key;

PREPARE statement (timestamp with time zone, unknown) AS
UPDATE text_delivery SET handed_at = $1, failure = CASE WHEN receipt IS NULL THEN NULL ELSE failure END WHERE key = $2 RETURNING key;

PREPARE statement (unknown, timestamp with time zone, unknown, unknown) AS
UPDATE text_delivery SET receipt = $1, receipt_at = $2, failure = $3 WHERE key = $4 AND (receipt_at IS NULL OR receipt_at < $2) RETURNING key;

PREPARE statement (timestamp with time zone, unknown, unknown) AS
UPDATE text_delivery SET receipt = 'failed', receipt_at = $1, failure = $2 WHERE key = $3 AND handed_at IS NULL RETURNING key;

PREPARE statement (timestamp with time zone, uuid, uuid) AS
UPDATE waiting_room SET closed_at=$1::TIMESTAMP WITH TIME ZONE, closing_id=$2::UUID WHERE waiting_room.id = $3::UUID;

PREPARE statement (timestamp with time zone, unknown, uuid) AS
UPDATE withholding SET confirmed_at=$1::TIMESTAMP WITH TIME ZONE, confirmed_by=$2::VARCHAR WHERE withholding.id = $3::UUID RETURNING withholding.id, withholding.prefix, withholding.plates, withholding.reason, withholding.withheld_at, withholding.withheld_by, withholding.confirmed_at, withholding.confirmed_by, withholding.released_at, withholding.released_by, withholding.release_reason, withholding.release_confirmed_at, withholding.release_confirmed_by, withholding.kind;

PREPARE statement (timestamp with time zone, unknown, uuid) AS
UPDATE withholding SET release_confirmed_at=$1::TIMESTAMP WITH TIME ZONE, release_confirmed_by=$2::VARCHAR WHERE withholding.id = $3::UUID RETURNING withholding.id, withholding.prefix, withholding.plates, withholding.reason, withholding.withheld_at, withholding.withheld_by, withholding.confirmed_at, withholding.confirmed_by, withholding.released_at, withholding.released_by, withholding.release_reason, withholding.release_confirmed_at, withholding.release_confirmed_by, withholding.kind;

PREPARE statement (timestamp with time zone, unknown, unknown, uuid) AS
UPDATE withholding SET released_at=$1::TIMESTAMP WITH TIME ZONE, released_by=$2::VARCHAR, release_reason=$3::VARCHAR WHERE withholding.id = $4::UUID RETURNING withholding.id, withholding.prefix, withholding.plates, withholding.reason, withholding.withheld_at, withholding.withheld_by, withholding.confirmed_at, withholding.confirmed_by, withholding.released_at, withholding.released_by, withholding.release_reason, withholding.release_confirmed_at, withholding.release_confirmed_by, withholding.kind;

PREPARE statement (uuid, boolean, timestamp with time zone, unknown, unknown, unknown, unknown, smallint, unknown, boolean, unknown, unknown, unknown, unknown, uuid, unknown, unknown, unknown, unknown, smallint, unknown, unknown) AS
WITH found AS MATERIALIZED ( SELECT (SELECT revision FROM preselection WHERE id = $1) AS revision, CASE WHEN $2 THEN ( SELECT max(until) FROM blacklist WHERE party_hash = (SELECT party_hash FROM preselection WHERE id = $1) AND released_at IS NULL AND since <= $3 AND until > $3 ) END AS banned_until, CAST($4 AS uuid) IS NOT NULL AND NOT EXISTS ( SELECT FROM code WHERE id = CAST($4 AS uuid) AND used_at IS NULL AND replaced_at IS NULL ) AS is_gone, ARRAY( SELECT plate FROM unnest(CAST($5 AS text[]), CAST($6 AS text[]), CAST($7 AS timestamptz[])) AS excluded (plate, kind, until) WHERE until > $3 AND (SELECT NOT ( held.until <= $3 AND excluded.until > $3 AND excluded.kind IN ('offered', 'candidate', 'reserved') OR held.preselection_id = $1 AND ( held.kind IN ('offered', 'candidate') OR held.kind = 'reserved' AND excluded.kind IN ('reserved', 'issued', 'cooling') ) ) FROM claim AS held WHERE held.plate = excluded.plate) ) AS lost ), clear AS MATERIALIZED ( SELECT FROM found WHERE revision = $8 AND banned_until IS NULL AND NOT is_gone AND lost = '{}' ), claimed AS ( INSERT INTO claim AS held (plate, kind, preselection_id, until, changed_at) SELECT plate, kind, $1, until, $3 FROM clear CROSS JOIN unnest(CAST($5 AS text[]), CAST($6 AS text[]), CAST($7 AS timestamptz[])) AS entry (plate, kind, until) ORDER BY plate COLLATE "C" ON CONFLICT (plate) DO UPDATE SET kind = excluded.kind, preselection_id = excluded.preselection_id, until = excluded.until, changed_at = excluded.changed_at WHERE ( held.until <= $3 AND excluded.until > $3 AND excluded.kind IN ('offered', 'candidate', 'reserved') OR held.preselection_id = $1 AND ( held.kind IN ('offered', 'candidate') OR held.kind = 'reserved' AND excluded.kind IN ('reserved', 'issued', 'cooling') ) ) RETURNING until > $3 AS lasts ), saved AS ( UPDATE preselection SET stage = $9, dormant = $10, state = CAST($11 AS jsonb), plate = CAST($12 AS text), visit_by = CAST($13 AS date), deadline = CAST($14 AS timestamptz), changed_at = $3, revision = revision + 1, seller = NULL WHERE id = $1 AND revision = $8 AND EXISTS (SELECT FROM clear) RETURNING id ), used AS ( UPDATE code SET used_at = $3 WHERE id = CAST($4 AS uuid) AND used_at IS NULL AND replaced_at IS NULL AND EXISTS (SELECT FROM clear) RETURNING id ) , made AS ( INSERT INTO decision (request_id, preselection_id, action, at, answer, operator, reason, claimed, wanted, saved, code_used) SELECT $15, $1, $16, $3, CAST($17 AS jsonb), CAST($18 AS text), CAST($19 AS text), (SELECT count(*) FROM claimed WHERE lasts), $20, (SELECT count(*) FROM saved), CASE WHEN CAST($4 AS uuid) IS NOT NULL THEN EXISTS (SELECT FROM used) END FROM clear ), audited AS ( INSERT INTO audit (at, actor_kind, actor, action, preselection_id, request_id, plates, facts) SELECT $3, $21, CAST($18 AS text), $16, $1, $15, CAST($5 AS text[]), CAST($22 AS jsonb) FROM clear WHERE CAST($22 AS jsonb) IS NOT NULL ) SELECT revision, banned_until, is_gone, lost, EXISTS (SELECT FROM clear) FROM found;

PREPARE statement (unknown, uuid, boolean, timestamp with time zone, unknown, unknown, unknown, smallint, unknown, boolean, unknown, unknown, unknown, unknown, unknown, uuid, unknown, unknown, unknown, unknown, smallint, unknown, unknown) AS
WITH lines AS MATERIALIZED (SELECT * FROM json_populate_recordset(NULL::pool_log, $1::json)), found AS MATERIALIZED ( SELECT (SELECT revision FROM preselection WHERE id = $2) AS revision, CASE WHEN $3 THEN ( SELECT max(until) FROM blacklist WHERE party_hash = (SELECT party_hash FROM preselection WHERE id = $2) AND released_at IS NULL AND since <= $4 AND until > $4 ) END AS banned_until, EXISTS ( SELECT FROM lines AS l WHERE seq > 1 AND ( SELECT p.seq FROM pool_log AS p WHERE p.prefix = l.prefix AND p.epoch = l.epoch AND p.seq = l.seq - 1 ) IS NULL AND ( SELECT p.seq FROM lines AS p WHERE p.prefix = l.prefix AND p.epoch = l.epoch AND p.seq = l.seq - 1 ) IS NULL OR ( SELECT p.line <> l.line FROM pool_log AS p WHERE p.prefix = l.prefix AND p.epoch = l.epoch AND p.seq = l.seq ) ) AS is_gone, ARRAY( SELECT plate FROM unnest(CAST($5 AS text[]), CAST($6 AS text[]), CAST($7 AS timestamptz[])) AS excluded (plate, kind, until) WHERE until > $4 AND (SELECT NOT ( held.until <= $4 AND excluded.until > $4 AND excluded.kind IN ('offered', 'candidate', 'reserved') OR held.preselection_id = $2 AND ( held.kind IN ('offered', 'candidate') OR held.kind = 'reserved' AND excluded.kind IN ('reserved', 'issued', 'cooling') ) ) FROM claim AS held WHERE held.plate = excluded.plate) ) AS lost ), clear AS MATERIALIZED ( SELECT FROM found WHERE revision = $8 AND banned_until IS NULL AND NOT is_gone AND lost = '{}' ), claimed AS ( INSERT INTO claim AS held (plate, kind, preselection_id, until, changed_at) SELECT plate, kind, $2, until, $4 FROM clear CROSS JOIN unnest(CAST($5 AS text[]), CAST($6 AS text[]), CAST($7 AS timestamptz[])) AS entry (plate, kind, until) ORDER BY plate COLLATE "C" ON CONFLICT (plate) DO UPDATE SET kind = excluded.kind, preselection_id = excluded.preselection_id, until = excluded.until, changed_at = excluded.changed_at WHERE ( held.until <= $4 AND excluded.until > $4 AND excluded.kind IN ('offered', 'candidate', 'reserved') OR held.preselection_id = $2 AND ( held.kind IN ('offered', 'candidate') OR held.kind = 'reserved' AND excluded.kind IN ('reserved', 'issued', 'cooling') ) ) RETURNING until > $4 AS lasts ), saved AS ( UPDATE preselection SET stage = $9, dormant = $10, state = CAST($11 AS jsonb), plate = CAST($12 AS text), visit_by = CAST($13 AS date), deadline = CAST($14 AS timestamptz), changed_at = $4, revision = revision + 1, seller = NULL WHERE id = $2 AND revision = $8 AND EXISTS (SELECT FROM clear) RETURNING id ), logged AS ( INSERT INTO pool_log SELECT lines.* FROM clear, lines ON CONFLICT DO NOTHING ), drawn AS ( INSERT INTO draw_record SELECT r.* FROM clear, json_populate_record(NULL::draw_record, $15::json) AS r ) , made AS ( INSERT INTO decision (request_id, preselection_id, action, at, answer, operator, reason, claimed, wanted, saved, code_used) SELECT $16, $2, $17, $4, CAST($18 AS jsonb), CAST($19 AS text), CAST($20 AS text), (SELECT count(*) FROM claimed WHERE lasts), $21, (SELECT count(*) FROM saved), NULL::boolean FROM clear ), audited AS ( INSERT INTO audit (at, actor_kind, actor, action, preselection_id, request_id, plates, facts) SELECT $4, $22, CAST($19 AS text), $17, $2, $16, CAST($5 AS text[]), CAST($23 AS jsonb) FROM clear WHERE CAST($23 AS jsonb) IS NOT NULL ) SELECT revision, banned_until, is_gone, lost, EXISTS (SELECT FROM clear) FROM found;

PREPARE statement (uuid) AS
WITH own AS (SELECT vehicle_hash, transfer_hash FROM preselection WHERE id = $1) SELECT EXISTS ( SELECT FROM preselection WHERE vehicle_hash = (SELECT vehicle_hash FROM own) AND NOT dormant AND stage IN ('service_notes', 'identity_verification', 'plate_selection', 'completed') ), ( SELECT state FROM preselection WHERE transfer_hash = (SELECT transfer_hash FROM own) AND stage NOT IN ('submitted', 'refused') AND id <> $1 ORDER BY created_at DESC, id DESC LIMIT 1 ), least.draws, least.composed, ARRAY( SELECT DISTINCT jsonb_array_elements_text(state -> 'shown') AS plate FROM preselection WHERE vehicle_hash = (SELECT vehicle_hash FROM own) AND jsonb_typeof(state -> 'shown') = 'array' ORDER BY plate ) FROM ( SELECT min(CAST(state ->> 'draws_remaining' AS int)) AS draws, min(CAST(state ->> 'composed_remaining' AS int)) AS composed FROM preselection WHERE transfer_hash = (SELECT transfer_hash FROM own) AND stage NOT IN ('submitted', 'refused') ) AS least;
