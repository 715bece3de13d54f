package io.httpconnector.auth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.auth.AwsAuth;
import io.httpconnector.auth.BasicAuth;
import io.httpconnector.auth.CombinedAuth;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.DigestAuth;
import io.httpconnector.auth.HmacAuth;
import io.httpconnector.auth.JwtAuth;
import io.httpconnector.auth.JwtKey;
import io.httpconnector.auth.LoginAuth;
import io.httpconnector.auth.LoginAuthBuilder;
import io.httpconnector.auth.OAuth1Auth;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.auth.oauth2.OAuth2Builder;
import java.io.File;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A definition can express whatever a builder can express: each public option has a member, which is used in RichDefinitions. */
class BuilderCoverageTest {

    /** The methods that are not options: the SPI, and settings that only code can express. */
    private static final Map<String, String> EXCEPTIONS = Map.ofEntries(
            Map.entry("apply", "SPI"),
            Map.entry("open", "SPI"),
            Map.entry("refresh", "SPI"),
            Map.entry("accepted", "SPI"),
            Map.entry("fields", "SPI"),
            Map.entry("close", "SPI"),
            Map.entry("toString", "of each object"),
            Map.entry("build", "ends the builder"),
            Map.entry("timeSource", "for tests of the application"),
            Map.entry("OAuth2Builder.tokenStore", "set by the application: AuthMethod.tokenStore"),
            Map.entry("OAuth2Builder.redirectUri", "a page of the application: AuthMethod.redirectUri"),
            Map.entry("OAuth2Builder.field", "fields of the definition whose values are entered"),
            Map.entry("CustomAuth.andField", "fields of the definition whose values are entered"),
            Map.entry("CustomAuth.nothing", "type none"),
            Map.entry("CombinedAuth.withoutAdditions", "reads a strategy"),
            Map.entry("JwtKey.sign", "uses a key"),
            Map.entry("JwtKey.claims", "copies claims"));

    /** By option, the type and member (or value) with the same meaning. */
    private static final Map<String, String> MEMBERS = Map.ofEntries(
            Map.entry("AwsAuth.of", "aws/accessKeyId"),
            Map.entry("AwsAuth.sessionToken", "aws/sessionToken"),
            Map.entry("BasicAuth.of", "basic/user"),
            Map.entry("BasicAuth.ofKey", "basic/password"),
            Map.entry("CombinedAuth.of", "basic/headers"),
            Map.entry("CustomAuth.bearer", "custom/headers"),
            Map.entry("CustomAuth.header", "custom/headers"),
            Map.entry("CustomAuth.andHeader", "custom/headers"),
            Map.entry("CustomAuth.query", "custom/query"),
            Map.entry("CustomAuth.andQuery", "custom/query"),
            Map.entry("CustomAuth.cookie", "custom/cookies"),
            Map.entry("CustomAuth.andCookie", "custom/cookies"),
            Map.entry("CustomAuth.bodyField", "custom/bodyFields"),
            Map.entry("CustomAuth.andBodyField", "custom/bodyFields"),
            Map.entry("CustomAuth.andBodyFields", "custom/bodyFields"),
            Map.entry("DigestAuth.of", "digest/user"),
            Map.entry("HmacAuth.of", "hmac/template"),
            Map.entry("HmacAuth.keyIsBase64", "hmac/keyEncoding"),
            Map.entry("HmacAuth.keyIsHex", "hmac/keyEncoding"),
            Map.entry("HmacAuth.header", "hmac/headers"),
            Map.entry("HmacAuth.query", "hmac/query"),
            Map.entry("JwtAuth.of", "jwt/claims"),
            Map.entry("JwtAuth.lifetime", "jwt/lifetime"),
            Map.entry("JwtAuth.prefix", "jwt/prefix"),
            Map.entry("JwtKey.rs256", "oauth2-jwt-bearer/algorithm"),
            Map.entry("JwtKey.ps256", "oauth2-client-credentials/clientKey/algorithm"),
            Map.entry("JwtKey.es256", "jwt/algorithm"),
            Map.entry("JwtKey.hs256", "jwt/algorithm"),
            Map.entry("JwtKey.id", "jwt/keyId"),
            Map.entry("JwtKey.certificate", "oauth2-client-credentials/clientKey/certificate"),
            Map.entry("LoginAuth.by", "login/loginUrl"),
            Map.entry("LoginAuthBuilder.token", "login/tokenPath"),
            Map.entry("LoginAuthBuilder.tokenHeader", "login form/tokenHeader"),
            Map.entry("LoginAuthBuilder.tokenCookie", "login cookie/tokenCookie"),
            Map.entry("LoginAuthBuilder.expires", "login/expiresPath"),
            Map.entry("LoginAuthBuilder.lifetime", "login/lifetime"),
            Map.entry("LoginAuthBuilder.field", "login/tokenFields"),
            Map.entry("LoginAuthBuilder.use", "login/use"),
            Map.entry("OAuth1Auth.of", "oauth1/consumerKey"),
            Map.entry("OAuth1Auth.rsaSha1", "oauth1 rsa/privateKey"),
            Map.entry("OAuth1Auth.token", "oauth1/token"),
            Map.entry("OAuth1Auth.hmacSha256", "oauth1/signature"),
            Map.entry("OAuth1Auth.realm", "oauth1/realm"),
            Map.entry("OAuth2.authorizationCode", "oauth2-authorization-code/authorizationUrl"),
            Map.entry("OAuth2.clientCredentials", "oauth2-client-credentials/tokenUrl"),
            Map.entry("OAuth2.deviceCode", "oauth2-device-code/deviceAuthorizationUrl"),
            Map.entry("OAuth2.jwtBearer", "oauth2-jwt-bearer/claims"),
            Map.entry("OAuth2.password", "oauth2-password/password"),
            Map.entry("OAuth2.refreshToken", "oauth2-refresh-token/refreshToken"),
            Map.entry("OAuth2Builder.authorizationParameter", "oauth2-authorization-code/authorizationParameters"),
            Map.entry("OAuth2Builder.withoutPkce", "oauth2-authorization-code/pkce"),
            Map.entry("OAuth2Builder.deviceAuthorizationUrl", "oauth2-device-code/deviceAuthorizationUrl"),
            Map.entry("OAuth2Builder.tokenField", "oauth2-password/tokenFields"),
            Map.entry("OAuth2Builder.discover", "oauth2-client-credentials discover/discover"),
            Map.entry("OAuth2Builder.refreshParameter", "oauth2-password/refreshParameters"),
            Map.entry("OAuth2Builder.accessTokenAt", "oauth2-password/accessTokenPath"),
            Map.entry("OAuth2Builder.refreshTokenAt", "oauth2-password/refreshTokenPath"),
            Map.entry("OAuth2Builder.tokenParameter", "oauth2-password/tokenParameters"),
            Map.entry("OAuth2Builder.tokenHeader", "oauth2-password/tokenHeaders"),
            Map.entry("OAuth2Builder.expires", "oauth2-password/expiresPath"),
            Map.entry("OAuth2Builder.client", "oauth2-client-credentials/clientKey"),
            Map.entry("OAuth2Builder.publicClient", "oauth2-password/tokenUrl"));

    private static final List<Class<?>> BUILDERS = List.of(
            AwsAuth.class,
            BasicAuth.class,
            CombinedAuth.class,
            CustomAuth.class,
            DigestAuth.class,
            HmacAuth.class,
            JwtAuth.class,
            JwtKey.class,
            LoginAuth.class,
            LoginAuthBuilder.class,
            OAuth1Auth.class,
            OAuth2.class,
            OAuth2Builder.class);

    private static boolean hasMember(RichDefinitions rich, String place) throws Exception {
        String[] both = place.split("/", 2);
        return RichDefinitions.TYPES.containsKey(both[0])
                && !rich.definition(both[0]).at("/strategies/a/" + both[1]).isMissingNode();
    }

    @Test
    void eachOptionOfABuilderHasAMember() throws Exception {
        Set<String> missing = new TreeSet<>();
        try (RichDefinitions rich = new RichDefinitions()) {
            for (Class<?> builder : BUILDERS) {
                for (Method method : builder.getDeclaredMethods()) {
                    String option = builder.getSimpleName() + "." + method.getName();
                    boolean isOption = Modifier.isPublic(method.getModifiers())
                            && !method.isSynthetic()
                            && !EXCEPTIONS.containsKey(method.getName())
                            && !EXCEPTIONS.containsKey(option);
                    // An OAuth 2 member has the name of its method.
                    String place = MEMBERS.getOrDefault(option, "oauth2-authorization-code/" + method.getName());
                    if (isOption && !hasMember(rich, place)) {
                        missing.add(option + " as " + place);
                    }
                }
            }
        }
        assertThat(missing).as("options without a member").isEmpty();
    }

    /** A new public strategy or builder must be listed above. */
    @Test
    void eachPublicStrategyIsCovered() {
        Set<String> known =
                new TreeSet<>(BUILDERS.stream().map(Class::getSimpleName).toList());
        known.addAll(Set.of(
                "ClientAuthentication",
                "ExpiryFormat",
                "LoginException",
                "package-info",
                "AuthorizationFlow",
                "AuthorizationRequiredException",
                "DeviceFlow",
                "InvalidCallbackException",
                "OAuth2Exception",
                "TokenEncryption",
                "TokenRequestFormat",
                "TokenSet",
                "TokenStore"));
        Set<String> found = new TreeSet<>();
        for (String name : List.of("io/httpconnector/auth", "io/httpconnector/auth/oauth2")) {
            for (URL url : classes(name)) {
                for (String file : orEmpty(new File(url.getPath()).list())) {
                    if (file.endsWith(".class") && !file.contains("$")) {
                        add(found, name.replace('/', '.') + "." + file.replace(".class", ""));
                    }
                }
            }
        }
        assertThat(found).isNotEmpty();
        assertThat(known).containsAll(found);
    }

    private static List<URL> classes(String name) {
        URL url = BuilderCoverageTest.class.getClassLoader().getResource(name);
        URL ofMain = AwsAuth.class.getProtectionDomain().getCodeSource().getLocation();
        List<URL> all = new ArrayList<>();
        try {
            all.add(new URL(ofMain, name));
        } catch (java.net.MalformedURLException e) {
            all.add(url);
        }
        return all;
    }

    private static String[] orEmpty(String[] names) {
        return names == null ? new String[0] : names;
    }

    private static void add(Set<String> found, String name) {
        try {
            Class<?> type = Class.forName(name);
            if (Modifier.isPublic(type.getModifiers())) {
                found.add(type.getSimpleName());
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void eachMemberIsAnOption() throws Exception {
        try (RichDefinitions rich = new RichDefinitions()) {
            JsonNode parsed = RichDefinitions.JSON.readTree(
                    AuthDefinition.parse(rich.definition("oauth2-password").toString())
                            .toString());
            assertThat(Stream.of("refreshBefore", "resource", "tokenHeaders").toList())
                    .allMatch(name -> parsed.at("/strategies/a").has(name));
        }
    }
}
