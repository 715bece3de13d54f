package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Derives the type of a GitHub event from its body, such as {@code issues.opened}. GitHub names the event only in {@code
 * X-GitHub-Event}, which it does not sign: an attacker who has seen a ping could resend it as {@code repository}. Each event has
 * members that no other event has; the first rule whose members are all present applies. An event that matches no rule has an
 * empty type.
 */
final class GitHubEvents {

    /** An event and the members that identify it. Rules with more members come first. */
    private record Rule(String event, List<String> members) {

        boolean applies(JsonNode payload) {
            // Most payloads lack even the first member.
            for (int i = 0; i < members.size(); i++) {
                if (!payload.has(members.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final List<Rule> RULES = List.of(
            rule("ping", "zen", "hook_id"),
            rule("push", "ref", "before", "after", "commits"),
            rule("create", "ref", "ref_type", "master_branch"),
            rule("delete", "ref", "ref_type"),
            rule("pull_request_review_comment", "pull_request", "comment"),
            rule("pull_request_review_thread", "pull_request", "thread"),
            rule("pull_request_review", "pull_request", "review"),
            rule("pull_request", "pull_request", "number"),
            rule("issue_comment", "issue", "comment"),
            rule("discussion_comment", "discussion", "comment"),
            rule("deployment_review", "reviewers", "workflow_run"),
            rule("deployment_protection_rule", "deployment_callback_url", "deployment"),
            rule("commit_comment", "comment"),
            rule("issues", "issue"),
            rule("discussion", "discussion"),
            rule("workflow_job", "workflow_job"),
            rule("deployment_status", "deployment_status", "deployment"),
            rule("deployment", "deployment"),
            rule("check_run", "check_run"),
            rule("check_suite", "check_suite"),
            rule("workflow_run", "workflow_run"),
            rule("release", "release"),
            rule("fork", "forkee"),
            rule("gollum", "pages"),
            rule("milestone", "milestone"),
            rule("star", "starred_at", "repository"),
            rule("status", "sha", "state", "context"));

    /** The rules by their first member, so that a payload is compared with few of them. */
    private static final Map<String, Ranked[]> BY_MEMBER = byMember();

    /** A rule and its rank among all rules: the first rule that applies wins. */
    private static final class Ranked {

        private static final int MAX_KNOWN = 100;
        private static final Pattern ACTION = Pattern.compile("[a-z_]+");

        private final int position;
        private final Rule rule;

        /** The event types by action, so that they are not concatenated for each event. */
        private final Map<String, String> types = new ConcurrentHashMap<>();

        Ranked(int position, Rule rule) {
            this.position = position;
            this.rule = rule;
        }

        String type(String action) {
            String known = types.get(action);
            if (known == null) {
                known = ACTION.matcher(action).matches() ? rule.event + "." + action : rule.event;
                if (types.size() < MAX_KNOWN) {
                    types.put(action, known);
                }
            }
            return known;
        }
    }

    private GitHubEvents() {}

    private static Rule rule(String event, String... members) {
        return new Rule(event, List.of(members));
    }

    private static Map<String, Ranked[]> byMember() {
        Map<String, List<Ranked>> all = new HashMap<>();
        for (Rule rule : RULES) {
            all.computeIfAbsent(rule.members.get(0), member -> new ArrayList<>())
                    .add(new Ranked(RULES.indexOf(rule), rule));
        }
        Map<String, Ranked[]> arrays = new HashMap<>();
        all.forEach((member, ranked) -> arrays.put(member, ranked.toArray(Ranked[]::new)));
        return arrays;
    }

    static String type(JsonNode payload) {
        // In a form, the JSON is in a field.
        JsonNode form = payload.path("payload");
        JsonNode event = form.isObject() ? form : payload;
        Ranked first = first(event);
        String action = event.path("action").textValue();
        return first == null ? "" : first.type(action == null ? "" : action);
    }

    private static @Nullable Ranked first(JsonNode event) {
        Ranked first = null;
        for (Iterator<String> names = event.fieldNames(); names.hasNext(); ) {
            Ranked[] candidates = BY_MEMBER.get(names.next());
            for (int i = 0; candidates != null && i < candidates.length; i++) {
                Ranked ranked = candidates[i];
                if ((first == null || ranked.position < first.position) && ranked.rule.applies(event)) {
                    first = ranked;
                }
            }
        }
        return first;
    }
}
