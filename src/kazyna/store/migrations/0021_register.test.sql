-- History is closed, never rewritten, and what is private stays so.
DO $$
DECLARE
    role_name text;
    of_table text;
    change bigint;
BEGIN
    FOREACH of_table IN ARRAY ARRAY['object_facts', 'holding_facts', 'taxpayer_facts'] LOOP
        FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
            ASSERT NOT has_table_privilege(role_name, of_table, 'UPDATE');
            ASSERT NOT has_table_privilege(role_name, of_table, 'DELETE');
        END LOOP;
        ASSERT NOT has_table_privilege('kazyna_public', of_table, 'SELECT');
        ASSERT (SELECT relrowsecurity FROM pg_class WHERE relname = of_table);
    END LOOP;
    BEGIN
        PERFORM set_config('kazyna.actor', 'test', true);
        INSERT INTO register_changes (kind) VALUES ('load') RETURNING change_no INTO change;
        INSERT INTO objects VALUES ('o1');
        INSERT INTO object_facts (object_id, kind, characteristics, valid_from, known_from)
            VALUES ('o1', 'home', '{}', '2020-01-01', change);
        INSERT INTO object_facts (object_id, kind, characteristics, valid_from, known_from)
            VALUES ('o1', 'home', '{}', '2021-01-01', change);
        ASSERT false, 'two facts hold on one day';
    EXCEPTION WHEN raise_exception THEN NULL;
    END;
END $$;
