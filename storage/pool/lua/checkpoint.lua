-- Write the digest of the free numbers after an earlier line into the log. ARGV: at, epoch, number of that line, digest,
-- salt. A log that has begun again meanwhile gets none.

if redis.call("HGET", LOG_STATE, "epoch") ~= ARGV[2] then
  return 0
end
log("checkpoint", tonumber(ARGV[1]), { of = tonumber(ARGV[3]), free = ARGV[4], salt = ARGV[5] })
return 1
