package io.httpconnector.spring;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import org.springframework.boot.autoconfigure.AutoConfiguration;

@AnalyzeClasses(
        packages = "io.httpconnector.spring",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.WithoutTestClasses.class})
class ArchitectureTest {

    /** The module that tests with Spring Boot 4 has its classes in another folder. */
    static final class WithoutTestClasses implements ImportOption {

        @Override
        public boolean includes(com.tngtech.archunit.core.importer.Location location) {
            return !location.contains("/test-classes/");
        }
    }

    /** Applications use the root package; it does not know what creates its beans. */
    @ArchTest
    static final ArchRule rootDependsOnNoOtherPackage = noClasses()
            .that()
            .resideInAPackage("io.httpconnector.spring")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.httpconnector.spring.autoconfigure..", "io.httpconnector.spring.test..");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.httpconnector.spring.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule autoConfigurationsAreNamedSo = classes()
            .that()
            .areAnnotatedWith(AutoConfiguration.class)
            .should()
            .haveSimpleNameEndingWith("AutoConfiguration");

    /** Only Spring uses the auto-configuration: nothing else in it is public API. */
    @ArchTest
    static final ArchRule autoConfigurationIsHidden = classes()
            .that()
            .resideInAPackage("io.httpconnector.spring.autoconfigure")
            .and()
            .areTopLevelClasses()
            .and()
            .arePublic()
            .should()
            .haveSimpleNameEndingWith("AutoConfiguration")
            .orShould()
            .haveSimpleNameEndingWith("Endpoint");

    /** Optional dependencies stay in the classes that are loaded only if they are present. */
    @ArchTest
    static final ArchRule databasesAreOptional = noClasses()
            .that()
            .haveNameNotMatching(
                    ".*\\.(Store|Migration|ExactlyOnce|ExchangeLog)AutoConfiguration(\\$.*)?|.*\\.ClusteredTriggers(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.httpconnector.jdbc..", "org.springframework.jdbc..", "org.flywaydb..", "liquibase..");

    @ArchTest
    static final ArchRule metersAreOptional = noClasses()
            .that()
            .haveNameNotMatching(".*\\.(MetricsAutoConfiguration|ConnectorGauges)(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.httpconnector.micrometer..", "io.micrometer..");

    @ArchTest
    static final ArchRule actuatorIsOptional = noClasses()
            .that()
            .haveNameNotMatching(".*\\.(ActuatorAutoConfiguration|\\w+Endpoint)(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.boot.actuate..", "org.springframework.boot.health..");

    @ArchTest
    static final ArchRule jackson3IsOptional = noClasses()
            .that()
            .haveNameNotMatching(".*\\.JsonMappingAutoConfiguration(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("tools.jackson..");

    private static final Set<String> CLOCKS_AND_SLEEPS = Set.of(
            "Clock.system",
            "Clock.systemDefaultZone",
            "Clock.systemUTC",
            "Instant.now",
            "LocalDate.now",
            "LocalDateTime.now",
            "LockSupport.parkNanos",
            "LockSupport.parkUntil",
            "OffsetDateTime.now",
            "System.currentTimeMillis",
            "System.nanoTime",
            "Thread.sleep",
            "TimeUnit.sleep",
            "ZonedDateTime.now");

    /** All time and waiting comes from {@code TimeSource}; locks and futures have timeouts of their own. */
    @ArchTest
    static final ArchRule timeAndWaitingArePassedIn = noClasses()
            .should()
            .accessTargetWhere(describe(
                    "reads a clock or sleeps",
                    (JavaAccess<?> access) -> CLOCKS_AND_SLEEPS.contains(
                            access.getTargetOwner().getSimpleName() + "." + access.getName())));
}
