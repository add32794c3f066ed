-- How many objects of each kind there are is public; which they are and whose is not.
CREATE FUNCTION count_objects() RETURNS TABLE (kind text, objects bigint, invented bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT kind, count(*), count(*) FILTER (WHERE synthetic)
    FROM object_facts JOIN objects USING (object_id)
    WHERE known_to IS NULL AND valid_from <= business_day()
      AND coalesce(valid_to, 'infinity') > business_day()
    GROUP BY kind ORDER BY kind
$$;
REVOKE EXECUTE ON FUNCTION count_objects() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_objects() TO kazyna_public, kazyna_taxpayer, kazyna_participant,
    kazyna_officer, kazyna_valuer, kazyna_auditor;
