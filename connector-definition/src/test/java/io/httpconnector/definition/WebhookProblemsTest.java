package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.InvalidDefinitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the problems of webhooks and their subscriptions in documents: each mistake is reported once, where it is. */
class WebhookProblemsTest {

    private static final String DOCUMENT = """
            connector: 1
            id: code
            version: 1.0.0
            title: Code
            connection: {baseUrl: https://api.github.com}
            inputs:
              - {name: owner, label: Owner}
            webhooks:
              pushed:
                subscription:
                  events: [push]
                  parameters: {owner: "{{auth.owner}}"}
                  create: {name: Create, method: POST, url: "/{{parameters.owner}}/hooks", body: {json: {url: "{{webhook.url}}", secret: "{{webhook.secret}}", events: "{{webhook.events}}"}}}
                  id: /id
                  values: {number: /number}
                  delete: {name: Delete, method: DELETE, url: "/{{parameters.owner}}/hooks/{{subscription.id}}"}
                  verify: [{type: signature, secrets: [current, previous, next], definition: {algorithm: HmacSHA256, signature: [{header: X-S}]}}]
            """;

    private static final String PRESET = """
            connector: 1
            id: code
            version: 1.0.0
            title: Code
            connection: {baseUrl: https://api.github.com}
            inputs:
              - {name: owner, label: Owner}
            webhooks:
              pushed:
                subscription: {preset: github, events: [push], parameters: {owner: "{{auth.owner}}", repository: app}}
            """;

    private static final String SHARED = """
            connector: 1
            id: code
            version: 1.0.0
            title: Code
            connection: {baseUrl: https://api.github.com}
            inputs:
              - {name: team, label: Team}
            webhooks:
              pushed:
                tenant: {body: /team}
                tenantValue: "{{auth.team}}"
                verify: [{type: preset, name: github, secrets: [hook]}]
            """;

    private static void assertProblem(String document, String text, String changed, String problem) {
        assertThat(document).contains(text);
        assertThatThrownBy(() -> ConnectorDefinition.parse(document.replace(text, changed)))
                .isInstanceOfSatisfying(
                        InvalidDefinitionException.class,
                        e -> assertThat(e.problems()).containsExactly(problem));
    }

    @Test
    void documentsAreValid() {
        ConnectorDefinition.parse(DOCUMENT);
        ConnectorDefinition.parse(PRESET);
        ConnectorDefinition.parse(SHARED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {{auth.owner}} | {{auth.ownr}} | /webhooks/pushed/subscription/parameters/owner (line 12, column 27): {{auth.ownr}} is not an input: did you mean {{auth.owner}}?
            '"/{{parameters.owner}}/hooks",' | '"/{{parametres.owner}}/hooks",' | /webhooks/pushed/subscription/create (line 13, column 7): the pill {{parametres.owner}} is unknown: did you mean {{parameters.owner}}?
            {{webhook.secret}} | {{webhook.secet}} | /webhooks/pushed/subscription/create (line 13, column 7): the pill {{webhook.secet}} is unknown: did you mean {{webhook.secret}}?
            {{subscription.id}} | {{subscription.nmber}} | /webhooks/pushed/subscription/delete (line 16, column 7): the pill {{subscription.nmber}} is unknown: did you mean {{subscription.number}}?
            {{webhook.secret}} | {{subscription.id}} | /webhooks/pushed/subscription/create (line 13, column 7): the pill {{subscription.id}} is unknown before the subscription exists: {{webhook.id}} is a new id
            events: [push] | events: [push, ""] | /webhooks/pushed/subscription/events/1 (line 11, column 22): it is empty: use the name of a type of events, or leave it out
            events: [push] | events: [] | /webhooks/pushed/subscription/events (line 11, column 7): none is given: set the types of events in the member events
            """)
    void misspeltPillsAndEmptyEventsAreReported(String text, String changed, String problem) {
        assertProblem(DOCUMENT, text, changed, problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ', repository: app' | '' | /webhooks/pushed/subscription/parameters (line 10, column 52): the parameter "repository" is missing: add it to parameters
            'repository: app' | 'repositry: app' | /webhooks/pushed/subscription/parameters (line 10, column 52): the parameter "repository" is missing: add it to parameters, in place of "repositry", which is not used
            events: [push] | events: [""] | /webhooks/pushed/subscription/events/0 (line 10, column 45): it is empty: use the name of a type of events, or leave it out
            '    subscription:' | '    unverified: true\n    subscription:' | /webhooks/pushed/unverified (line 10, column 17): the subscription verifies the events: remove unverified
            """)
    void missingParameterIsReportedOnceWithTheMemberOfTheDocument(String text, String changed, String problem) {
        assertProblem(PRESET, text, changed.replace("\\n", "\n"), problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tenantValue: | tenantvalue: | /webhooks/pushed/tenantvalue (line 11, column 5): unknown member; did you mean "tenantValue"?
            tenantValue: | 'subscripton: {}\n    tenantValue:' | /webhooks/pushed/subscripton (line 11, column 5): unknown member; did you mean "subscription"?
            'verify: [{type: preset, name: github, secrets: [hook]}]' | unverified: true | /webhooks/pushed/unverified (line 12, column 17): anyone who knows the URL could send events for any tenant: verify the requests by verify, and remove unverified
            """)
    void membersOfADocumentAreSuggestedAndTenantsAreVerified(String text, String changed, String problem) {
        String document = changed.startsWith("tenantvalue")
                ? SHARED + "requests: {r: {method: GET, url: \"/{{auth.team}}\"}}\n"
                : SHARED;
        assertProblem(document, text, changed.replace("\\n", "\n"), problem);
    }

    @Test
    void misspeltMemberOfATriggerIsFound() {
        String document = """
                connector: 1
                id: code
                version: 1.0.0
                title: Code
                connection: {baseUrl: https://api.github.com}
                triggers:
                  issues:
                    request: {method: GET, url: /issues}
                    key: [/id]
                    hybird: {webhook: changed, payload: {nudge: true}}
                webhooks:
                  changed: {unverified: true}
                """;

        assertProblem(
                document,
                "hybird",
                "hybird",
                "/triggers/issues/hybird (line 10, column 5): unknown member; did you mean \"hybrid\"?");
        ConnectorDefinition.parse(document.replace("hybird", "hybrid"));
    }
}
