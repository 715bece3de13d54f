package io.httpconnector.definition.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnectionBuilder;
import io.httpconnector.RateLimit;
import io.httpconnector.ResponseRule;
import io.httpconnector.RetryPolicy;
import io.httpconnector.auth.AwsAuth;
import io.httpconnector.auth.CustomAuth;
import io.httpconnector.auth.DigestAuth;
import io.httpconnector.auth.HmacAuth;
import io.httpconnector.auth.JwtAuth;
import io.httpconnector.auth.LoginAuthBuilder;
import io.httpconnector.auth.OAuth1Auth;
import io.httpconnector.auth.SigningAuth;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.auth.oauth2.OAuth2Builder;
import io.httpconnector.auth.oauth2.ProviderSettings;
import io.httpconnector.definition.ConnectionMembers;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.ParentRecords;
import io.httpconnector.polling.PollingTrigger;
import io.httpconnector.polling.PollingTriggerBuilder;
import io.httpconnector.polling.PushSettings;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.polling.Schedule;
import io.httpconnector.stream.StreamTrigger;
import io.httpconnector.stream.StreamTriggerBuilder;
import io.httpconnector.template.RequestTemplateBuilder;
import io.httpconnector.webhook.MessageSignatureBuilder;
import io.httpconnector.webhook.SignatureBuilder;
import io.httpconnector.webhook.WebhookReceiver;
import io.httpconnector.webhook.WebhookReceiverBuilder;
import io.httpconnector.webhook.hybrid.WebhookPayload;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Verifies that documents have a member for each option of each builder. */
class BuilderOptionsTest {

    /** Methods that are no options. */
    private static final Set<String> NO_OPTIONS = Set.of(
            "build",
            "toJson",
            "toString",
            "equals",
            "hashCode",
            "definition",
            "settings",
            "matches",
            "needsBody",
            "hasHandler");

    static Stream<Arguments> builders() {
        Consumer<JsonNode> connection = ConnectionMembers::read;
        Consumer<JsonNode> trigger = json -> PollingTrigger.named("x").definition(json);
        Consumer<JsonNode> receiver = json -> WebhookReceiver.named("x").definition(json, Map.of());
        Consumer<JsonNode> auth = json -> AuthDefinition.of(json, Set.of());
        return Stream.of(
                arguments(
                        HttpConnectionBuilder.class,
                        connection,
                        "around=interceptors auth=- baseUrl=- customizeClient=- test=- listener=- timeSource=- jsonMapping=- rule=rules"),
                arguments(
                        RequestTemplateBuilder.class,
                        trigger,
                        "get=method post=method put=method patch=method delete=method jsonMember=json part=multipart file=multipart acceptStatus=accept rule=rules filter=-"),
                arguments(RetryPolicy.class, trigger, "withoutJitter=jitter"),
                arguments(ResponseRule.class, trigger, ""),
                arguments(ResponseRule.Matcher.class, trigger, "headerNot=not jsonNot=not textNot=not"),
                arguments(RateLimit.class, connection, "andAdaptive=adaptive"),
                arguments(
                        PollingTriggerBuilder.class,
                        trigger,
                        "acceptPushes=push connection=- engine=- handler=- listener=- store=- minInterval=- maxDeadLetters=deadLetters maxInMemory=inMemory maxParents=parents maxRememberedKeys=keys pill=pills pillFrom=- source=-"),
                arguments(
                        StreamTriggerBuilder.class,
                        (Consumer<JsonNode>) json -> StreamTrigger.named("x").definition(json),
                        "connection=- handler=- listener=- store=- pill=pills pillFrom=-"),
                arguments(
                        WebhookPayload.class,
                        (Consumer<JsonNode>) WebhookPayload::fromJson,
                        "isNudge=nudge conflicts=-"),
                arguments(PushSettings.class, trigger, ""),
                arguments(RecordSelector.class, trigger, ""),
                arguments(Pagination.class, trigger, ""),
                arguments(Cursor.class, trigger, ""),
                arguments(ParentRecords.class, trigger, ""),
                arguments(Schedule.class, trigger, ""),
                arguments(
                        WebhookReceiverBuilder.class,
                        receiver,
                        "connection=- deliveredSecrets=- handler=- inbox=- listener=- responder=- subscription=- tenants=- timeSource=-"),
                arguments(SignatureBuilder.class, receiver, "bodyHashFormat=bodyHashAlgorithm namedSecret=-"),
                arguments(MessageSignatureBuilder.class, receiver, ""),
                arguments(
                        OAuth2Builder.class,
                        auth,
                        "authorizationParameter=authorizationParameters client=- provider=clientAuthentication publicClient=clientAuthentication redirectUri=- timeSource=- tokenParameter=tokenParameters tokenStore=-"),
                arguments(
                        ProviderSettings.class,
                        auth,
                        "accessTokenAt=accessTokenPath additionalToken=additionalTokens authorizationParameterName=authorizationParameterNames expires=expiresPath refreshParameter=refreshParameters refreshTokenAt=refreshTokenPath tokenField=tokenFields tokenParameterName=tokenParameterNames withoutAuthorizationParameters=omittedAuthorizationParameters withoutPkce=pkce withoutTokenParameters=omittedTokenParameters"),
                arguments(
                        OAuth1Auth.class,
                        auth,
                        "apply=- timeSource=- hmacSha256=signature plaintext=signature protocolParameter=-"),
                arguments(
                        HmacAuth.class,
                        auth,
                        "deriveKey=keyDerivation deriveKeyInBase64=keyDerivationEncoding keyIsBase64=keyEncoding keyIsHex=keyEncoding"),
                arguments(
                        SigningAuth.class,
                        auth,
                        "apply=- timeSource=- header=headers bodyField=bodyFields signature=signatures"),
                arguments(JwtAuth.class, auth, "apply=- timeSource=-"),
                arguments(AwsAuth.class, auth, "apply=- timeSource=- assumeRole=roleArn"),
                arguments(
                        CustomAuth.class,
                        auth,
                        "apply=- andBodyField=bodyFields andBodyFields=bodyFields andCookie=cookies andField=bodyFields andHeader=headers andQuery=query andPerRequest=- secretFields=bodyFields"),
                arguments(DigestAuth.class, auth, "apply=- open=- withoutMd5=md5"),
                arguments(
                        LoginAuthBuilder.class,
                        auth,
                        "expires=expiresPath fieldCookie=cookie fieldHeader=header then=steps useFields=headers timeSource=-"));
    }

    /**
     * Looks up each option in the document of its builder.
     *
     * @param others the options whose members have other names, and those that belong to the application: {@code -}
     */
    @ParameterizedTest
    @MethodSource("builders")
    void eachOptionHasAMember(Class<?> builder, Consumer<JsonNode> parsing, String others) {
        Set<String> members = DocumentModel.of(parsing).objects().values().stream()
                .flatMap(object -> Stream.concat(Stream.of(object), object.variants().values().stream()))
                .flatMap(object -> object.members().stream())
                .map(MemberModel::name)
                .collect(Collectors.toCollection(TreeSet::new));
        Map<String, String> renamed = Stream.of(others.split(" ", -1))
                .filter(pair -> !pair.isEmpty())
                .collect(Collectors.toMap(pair -> pair.split("=", -1)[0], pair -> pair.split("=", -1)[1]));
        Set<String> options = Stream.of(builder.getMethods())
                .filter(method -> method.getDeclaringClass() == builder)
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .map(Method::getName)
                .filter(name -> !NO_OPTIONS.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(options).isNotEmpty().containsAll(renamed.keySet());
        assertThat(options.stream()
                        .map(option -> renamed.getOrDefault(option, option))
                        .filter(member -> !member.equals("-")))
                .as("members of %s", builder.getSimpleName())
                .isSubsetOf(members);
    }
}
