package io.httpconnector.auth.oauth2;

import com.github.scribejava.core.model.OAuthConstants;
import io.httpconnector.Response;
import io.httpconnector.auth.internal.Challenge;
import io.httpconnector.auth.internal.ErrorText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A challenge of the service that only another consent can fulfil: to more scopes (RFC 6750, section 3.1), or after a stronger or
 * newer authentication of the user (RFC 9470). Kept in the token store until the next consent. Immutable.
 *
 * @param error the error code of the challenge
 * @param scopes the scopes that the service requires, beside those that were granted
 * @param acrValues the authentication context classes, one of which is required
 * @param maxAge the highest age of the user's authentication in seconds; null if it is not limited
 */
record StepUpChallenge(
        String error,
        List<String> scopes,
        List<String> acrValues,
        @Nullable Long maxAge) {

    static final String INSUFFICIENT_SCOPE = "insufficient_scope";

    private static final int MAX_VALUES = 50;

    StepUpChallenge {
        scopes = List.copyOf(scopes);
        acrValues = List.copyOf(acrValues);
    }

    /** Returns the challenge of a response; null if it has none of these. */
    static @Nullable StepUpChallenge of(Response response) {
        return Challenge.stepUp(response.headers().all("WWW-Authenticate"))
                .map(StepUpChallenge::of)
                .orElse(null);
    }

    private static StepUpChallenge of(Challenge challenge) {
        return new StepUpChallenge(
                challenge.parameter("error").orElse(""),
                words(challenge.parameter("scope").orElse("")),
                words(challenge.parameter("acr_values").orElse("")),
                challenge
                        .parameter("max_age")
                        .filter(age -> age.matches("[0-9]{1,9}"))
                        .map(Long::valueOf)
                        .orElse(null));
    }

    /** Returns the words that have only the characters of a scope: RFC 6749, section 3.3. */
    private static List<String> words(String text) {
        return Stream.of(text.split(" ", -1))
                .filter(word -> word.matches("[\\x21\\x23-\\x5b\\x5d-\\x7e]+"))
                .distinct()
                .limit(MAX_VALUES)
                .toList();
    }

    /** Returns the challenge, with the scopes that were granted before, and the requirements of an earlier challenge. */
    StepUpChallenge beside(Collection<String> granted, @Nullable StepUpChallenge earlier) {
        Set<String> all = new LinkedHashSet<>(granted);
        all.addAll(scopes);
        if (earlier == null) {
            return new StepUpChallenge(error, List.copyOf(all), acrValues, maxAge);
        }
        all.addAll(earlier.scopes);
        return new StepUpChallenge(
                error,
                all.stream().limit(MAX_VALUES).toList(),
                acrValues.isEmpty() ? earlier.acrValues : acrValues,
                maxAge == null ? earlier.maxAge : maxAge);
    }

    /** Returns the scopes of the next consent: those of the settings, and the required ones. */
    List<String> scopes(List<String> configured) {
        Set<String> all = new LinkedHashSet<>(configured);
        all.addAll(scopes);
        return List.copyOf(all);
    }

    /** Adds the requirements to the parameters of an authorization request; they replace those of the settings. */
    void addTo(Map<String, String> parameters, OAuth2ClientConfig settings) {
        String scope = settings.withScopes(scopes(settings.scopes())).scope();
        if (scope != null) {
            parameters.put(OAuthConstants.SCOPE, scope);
        }
        if (!acrValues.isEmpty()) {
            parameters.put("acr_values", String.join(" ", acrValues));
        }
        if (maxAge != null) {
            parameters.put("max_age", String.valueOf(maxAge));
        }
    }

    /** Returns the requirements for a message. */
    String description() {
        List<String> all = new ArrayList<>();
        if (!scopes.isEmpty()) {
            all.add("the scopes " + String.join(" ", scopes));
        }
        if (!acrValues.isEmpty()) {
            all.add("an authentication by one of " + String.join(" ", acrValues));
        }
        if (maxAge != null) {
            all.add("an authentication in the last " + maxAge + " seconds");
        }
        return ErrorText.singleLine(all.isEmpty() ? "another consent (" + error + ")" : String.join(", and ", all));
    }
}
