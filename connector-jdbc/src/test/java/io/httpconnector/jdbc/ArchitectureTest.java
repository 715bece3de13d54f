package io.httpconnector.jdbc;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.httpconnector.auth.oauth2.TokenStore;
import java.time.Instant;

@AnalyzeClasses(packages = "io.httpconnector.jdbc", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule anyDatabaseWillDo = classes()
            .should()
            .onlyDependOnClassesThat(resideInAPackage("io.httpconnector..")
                    .or(resideInAPackage("java.."))
                    .or(resideInAPackage("javax.sql"))
                    .or(resideInAPackage("com.fasterxml.jackson.databind.."))
                    .or(resideInAPackage("com.github.kagkarlsson.scheduler.."))
                    .or(resideInAPackage("org.slf4j.."))
                    .or(resideInAPackage("org.jspecify..")));

    @ArchTest
    static final ArchRule stateNeedsNoTokens = noClasses()
            .that()
            .doNotImplement(TokenStore.class)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.httpconnector.auth..");

    @ArchTest
    static final ArchRule onlyWhatIsAboutThemNeedsWebhooks = noClasses()
            .that()
            .haveSimpleNameNotContaining("Inbox")
            .and()
            .haveSimpleNameNotContaining("Mailbox")
            .and()
            .haveSimpleNameNotContaining("ExactlyOnce")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.httpconnector.webhook..");

    @ArchTest
    static final ArchRule storesNeedNoScheduler = noClasses()
            .that()
            .haveSimpleNameContaining("Store")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.github.kagkarlsson..");

    @ArchTest
    static final ArchRule timeIsPassedIn = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Instant.class, "now");
}
