package io.httpconnector.auth.definition;

import io.httpconnector.AuthStrategy;
import io.httpconnector.auth.OAuth1Auth;
import io.httpconnector.auth.oauth2.OAuth1;
import io.httpconnector.auth.oauth2.OAuth1Builder;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of {@code oauth1} for the consent of a user: RFC 5849, section 2. Immutable. */
record OAuth1Members(
        UrlText requestTokenUrl,
        UrlText authorizationUrl,
        UrlText accessTokenUrl,
        Map<String, FieldText> requestParameters,
        Map<String, FieldText> authorizationParameters) {

    // "accessTokenUrl": The URL for the access token.
    private static final List<String> URLS = List.of("requestTokenUrl", "authorizationUrl", "accessTokenUrl");
    private static final List<String> PARAMETERS = List.of("requestParameters", "authorizationParameters");

    /** Reads the members; null if there is none of them. */
    static @Nullable OAuth1Members read(Members members) {
        JsonObjectReader reader = members.reader();
        boolean isUsed = URLS.stream().anyMatch(reader::has);
        // "requestTokenUrl": The URL for temporary credentials.
        UrlText request = UrlText.read(members, "requestTokenUrl");
        // "authorizationUrl": The page on which the user consents.
        UrlText authorization = UrlText.read(members, "authorizationUrl");
        UrlText access = UrlText.read(members, "accessTokenUrl");
        // "requestParameters": Further parameters of the request for temporary credentials by name.
        Map<String, FieldText> requestParameters = members.texts("requestParameters", false);
        // "authorizationParameters": Further parameters of the page by name.
        Map<String, FieldText> authorizationParameters = members.texts("authorizationParameters", false);
        if (isUsed) {
            URLS.forEach(reader::require);
            if (reader.has("token")) {
                reader.problem("token", "it is obtained by the consent of a user: omit it, or omit " + URLS);
            }
        } else {
            PARAMETERS.stream()
                    .filter(reader::has)
                    .forEach(member -> reader.problem(member, "it requires " + String.join(", ", URLS)));
        }
        return request == null || authorization == null || access == null
                ? null
                : new OAuth1Members(request, authorization, access, requestParameters, authorizationParameters);
    }

    AuthStrategy build(OAuth1Auth client, FieldValues values, ApplicationSettings application) {
        OAuth1Builder builder = OAuth1.by(client)
                .requestTokenUrl(url(requestTokenUrl, values))
                .authorizationUrl(url(authorizationUrl, values))
                .accessTokenUrl(url(accessTokenUrl, values));
        requestParameters.forEach((name, text) -> {
            String value = values.text(text);
            if (value != null) {
                builder.requestParameter(name, value);
            }
        });
        authorizationParameters.forEach((name, text) -> {
            String value = values.text(text);
            if (value != null) {
                builder.authorizationParameter(name, value);
            }
        });
        application.applyTo(builder);
        return builder.timeSource(values.timeSource()).build();
    }

    private static String url(UrlText text, FieldValues values) {
        String url = values.url(text);
        return url == null ? "https://missing" : url;
    }
}
