package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Converts the authentication of a provider of Nango. Not thread-safe. */
final class NangoAuth {

    private static final String AUTHORIZATION = "authorization";
    private static final Pattern AWS =
            Pattern.compile("\\$\\{awsSigV4\\(\\s*(.+?)\\s*,\\s*(.+?)\\s*,\\s*([^,]+?)\\s*,\\s*([^,]+?)\\s*\\)}");

    private final NangoProvider provider;
    private final NangoParameters parameters;
    private final CatalogueItem proxy;

    private NangoAuth(NangoProvider provider) {
        this.provider = provider;
        this.parameters = new NangoParameters(provider);
        this.proxy = provider.item.at("proxy");
    }

    /** Returns the strategies by name. */
    static ObjectNode strategies(NangoProvider provider) {
        return new NangoAuth(provider).strategies();
    }

    private ObjectNode strategies() {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        CatalogueItem item = provider.item;
        String mode = item.text("auth_mode", "");
        item.at("token_url");
        switch (mode) {
            case "API_KEY" -> all.set("api-key", custom());
            case "BASIC" -> all.set("basic", basic());
            case "INSTALL_PLUGIN" -> {
                item.ignore(
                        "the page that installs a plug-in is not a part of the authentication",
                        "redirect_uri_metadata");
                item.at("auth_type");
                all.set("basic", basic());
            }
            case "NONE" -> all.set("none", custom());
            case "OAUTH2" -> all.set("oauth2", new NangoOAuth2(provider).user(item.at("token_url")));
            case "OAUTH2_CC" -> all.set("client-credentials", new NangoOAuth2(provider).application());
            case "MCP_OAUTH2" -> all.set("oauth2", new NangoOAuth2(provider).mcp());
            case "MCP_OAUTH2_GENERIC" -> all.set("oauth2", new NangoOAuth2(provider).discovered());
            case "TWO_STEP" -> all.set("login", new NangoLogin(provider).login());
            case "BILL" -> all.set("login", new NangoLogin(provider).bill());
            case "APP" -> all.set("app", new NangoLogin(provider).app(item.at("token_url")));
            case "CUSTOM" -> {
                all.set(
                        "oauth2",
                        new NangoOAuth2(provider).user(item.at("token_url").at("OAUTH2")));
                all.set("app", new NangoLogin(provider).app(item.at("token_url").at("APP")));
            }
            case "JWT" -> all.set("jwt", new NangoSignature(provider).jwt());
            case "SIGNATURE" -> all.set("wsse", new NangoSignature(provider).wsse());
            case "OAUTH1" -> all.set("oauth1", new NangoSignature(provider).oauth1());
            case "TBA" -> all.set("token", new NangoSignature(provider).tokenBased());
            case "AWS_SIGV4" -> all.set("aws", new NangoSignature(provider).aws());
            default -> {
                item.at("auth_mode").note("there is no counterpart of the auth mode \"" + mode + "\"");
                all.set("none", custom());
            }
        }
        return all;
    }

    private ObjectNode custom() {
        ObjectNode strategy = JsonNodeFactory.instance.objectNode().put("type", "custom");
        parameters.add(strategy, strategy, null, Set.of());
        CatalogueItem body = proxy.at("body");
        JsonNode fields = NangoScope.of(provider.fields)
                .text(NangoParameters.computed(strategy))
                .translateTree(body);
        if (fields != null && fields.isObject()) {
            strategy.set("bodyFields", fields);
        }
        NangoParameters.removeEmpty(strategy);
        return strategy;
    }

    private ObjectNode basic() {
        String given = proxy.at("headers").text(AUTHORIZATION);
        Matcher aws = AWS.matcher(given == null ? "" : given);
        if (aws.matches()) {
            return signedByAws(aws);
        }
        for (Map.Entry<String, CatalogueItem> header :
                proxy.at("headers").members().entrySet()) {
            ObjectNode signed = new NangoSignature(provider).ed25519(header.getValue(), header.getKey());
            if (signed != null) {
                return signed;
            }
        }
        if (given != null) {
            ObjectNode hmac =
                    new NangoSignature(provider).hmac(proxy.at("headers").at(AUTHORIZATION));
            return hmac == null ? custom() : hmac;
        }
        NangoFields fields = provider.fields;
        boolean isDeclared = fields.declares(NangoFields.CREDENTIALS, "username");
        ObjectNode strategy = JsonNodeFactory.instance.objectNode().put("type", "basic");
        String user = fields.use(NangoFields.CREDENTIALS, "username");
        strategy.put("user", "{{auth." + user + "}}");
        if (isDeclared && !fields.declares(NangoFields.CREDENTIALS, "password")) {
            strategy.put("password", "");
        } else {
            String password = fields.use(NangoFields.CREDENTIALS, "password");
            strategy.put("password", "{{auth." + password + "}}");
            if (!isDeclared) {
                fields.makeOptional(password);
            }
        }
        parameters.add(strategy, strategy, null, Set.of());
        return strategy;
    }

    private ObjectNode signedByAws(Matcher aws) {
        ObjectNode strategy = JsonNodeFactory.instance.objectNode().put("type", "aws");
        NangoText text = NangoScope.of(provider.fields).text(NangoParameters.computed(strategy));
        CatalogueItem header = proxy.at("headers").at(AUTHORIZATION);
        String[] members = {"accessKeyId", "secretAccessKey", "region", "service"};
        for (int i = 0; i < members.length; i++) {
            String value = text.translate(header, aws.group(i + 1));
            if (value != null) {
                strategy.put(members[i], value);
            }
        }
        NangoText.fieldsOf(strategy.path("accessKeyId").asText()).forEach(provider.fields::reveal);
        parameters.add(strategy, strategy, null, Set.of(AUTHORIZATION, "x-amz-date"));
        return strategy;
    }
}
